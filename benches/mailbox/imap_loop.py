"""Reads a mailbox as a script would: imaplib, a hundred messages with each command, headers and bodies by the email package."""

import email
import email.policy
import imaplib
import ssl
import sys

port, ca_file, user, password, folder = sys.argv[1:6]
imap = imaplib.IMAP4_SSL("localhost", int(port), ssl_context=ssl.create_default_context(cafile=ca_file))
imap.login(user, password)
imap.select(folder, readonly=True)
uids = imap.uid("SEARCH", None, "ALL")[1][0].split()
messages = letters = 0
for start in range(0, len(uids), 100):
    chunk = b",".join(uids[start : start + 100]).decode()
    for part in imap.uid("FETCH", chunk, "(UID INTERNALDATE BODY.PEEK[])")[1]:
        if not isinstance(part, tuple):
            continue
        message = email.message_from_bytes(part[1], policy=email.policy.compat32)
        for header in ("From", "To", "Subject", "Date", "Message-ID", "Received"):
            message.get_all(header)
        for leaf in message.walk():
            if leaf.get_content_maintype() == "text":
                charset = leaf.get_content_charset() or "utf-8"
                letters += len(leaf.get_payload(decode=True).decode(charset, "replace"))
        messages += 1
imap.logout()
print(messages, letters)
