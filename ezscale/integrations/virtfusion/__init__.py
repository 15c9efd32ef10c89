"""VirtFusion: virtual servers, through its admin API."""
