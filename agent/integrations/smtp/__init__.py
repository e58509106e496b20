"""Reports as mail: the message's bytes, its signature, and the way to the mail server."""
