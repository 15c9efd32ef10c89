"""From choosing a plan to a paid order: joins catalog, billing and provisioning."""
