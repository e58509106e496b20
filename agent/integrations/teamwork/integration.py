"""The integration of Teamwork, which is read only: no messages are delivered to it."""

from agent.integrations.protocol import ClientContext, ConnectionResult
from agent.integrations.rate_limit import Limit
from agent.integrations.teamwork.client import TeamworkClient, account, teamwork_service
from inventory import services
from inventory.model import Inventory


class TeamworkIntegration:
    """Contracts kept in Teamwork."""

    name = "teamwork"
    label = "Teamwork"

    def __init__(self, config: services.Teamwork) -> None:
        """Create it without a connection."""
        self._config = config
        self.address = config.url

    def limits(self) -> tuple[Limit, ...]:
        """Return the limit of the account."""
        return (account(self._config),)

    def check_connection(self, inventory: Inventory, context: ClientContext) -> ConnectionResult:
        """Check that the projects of the clients exist."""
        with teamwork_service(self._config, context) as service:
            pages = TeamworkClient(service, self._config).pages("projects.json", "projects")
            projects = {row.get("id") for page in pages for row in page.rows}
        wanted = {name: one.teamwork.project for name, one in inventory.clients.items() if one.teamwork}
        missing = (
            f"clients.{name}: there is no project {number}" for name, number in wanted.items() if number not in projects
        )
        return ConnectionResult(f"lets us in, and shows {len(projects)} projects", tuple(missing))
