from expertpool.core.registry import MenuItem
from expertpool.networks.permissions import MANAGE

ITEM = MenuItem(
    "networks",
    "受限地址",
    "ban",
    "networks:list",
    permissions=(MANAGE,),
    order=45,
    active=("networks",),
    group="system",
    is_fixed=True,
)
