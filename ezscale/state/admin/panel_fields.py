"""What an option or an add-on makes more of at the panel, in words."""

from ezscale.models.option import PanelField

FIELD_NAMES = {
    PanelField.CPU_CORES: "Cores",
    PanelField.MEMORY_MB: "Memory in MB",
    PanelField.DISK_GB: "Disk in GB",
    PanelField.TRAFFIC_GB: "Traffic in GB a month",
    PanelField.IPV4: "IPv4 addresses",
}
FIELD_CHOICES = (("", "Nothing"), *((field.value, name) for field, name in FIELD_NAMES.items()))
