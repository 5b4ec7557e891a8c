"""Settings with the other layer of channels_redis: lists in Redis instead of its pub/sub."""

from hubbub_site.settings import *  # noqa: F403
from hubbub_site.settings import CONFIG

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [{"address": CONFIG.redis_url, "socket_timeout": None}]},
    }
}
