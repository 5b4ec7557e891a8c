"""Sends mail in the background: a slow or dead mail server neither delays nor breaks a page."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

log = logging.getLogger(__name__)
_sender = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")


class BackgroundMail(EmailBackend):
    """SMTP in its own thread. A page that sends mail to known addresses only takes equally long for unknown ones, so
    its time does not reveal which addresses are known. Failures are logged."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        messages = list(email_messages)
        _sender.submit(self._send, messages)
        return len(messages)

    def _send(self, messages: list[EmailMessage]) -> None:
        try:
            super().send_messages(messages)
        except OSError as error:
            log.error("%s not sent: %s", "A mail was" if len(messages) == 1 else "Mails were", error)
