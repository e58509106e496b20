"""The services that are told what a round means: Zendesk, Harvest, Teamwork. Each over one HTTP session."""
