"""SynergyCP: dedicated servers, through the API that its own integrations use."""
