"""The integrations: clients of Zendesk, Harvest, Teamwork and the mail server, and the delivery of messages to them."""
