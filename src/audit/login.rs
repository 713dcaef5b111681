//! What a mailbox is entered with: its password, read when it is needed, or a login by OAuth that is kept under `.crickets/`.

use std::sync::Arc;

use super::{AuditError, Workspace};
use crate::collect::mail::Keep;
use crate::collect::mail::imap::{Login, Password};
use crate::collect::mail::oauth::{App, Tokens};
use crate::config::{Mailbox, MailboxUrl};

impl Workspace {
    /// The login of a mailbox; a password is read now.
    ///
    /// # Errors
    /// When the mailbox is not entered at all, or its secret cannot be had.
    pub fn login(&self, mailbox: &Mailbox) -> Result<Login, AuditError> {
        match (&mailbox.password, &mailbox.oauth) {
            (Some(password), None) => Ok(Login::Password(Password::read(password)?)),
            (_, Some(_)) => Ok(Login::Oauth(Arc::new(self.tokens(mailbox)?))),
            (None, None) => {
                Err(AuditError::wrong(format!("log in to {}: it has no `password`", mailbox.source()), "mend it in crickets.toml"))
            }
        }
    }

    /// The tokens of a mailbox that logs in by OAuth.
    ///
    /// # Errors
    /// When it does not, or the secret of its application cannot be had.
    pub fn tokens(&self, mailbox: &Mailbox) -> Result<Tokens, AuditError> {
        let (MailboxUrl::Imap { user, .. }, Some(oauth)) = (&mailbox.url, &mailbox.oauth) else {
            return Err(AuditError::wrong(
                format!("log in to {} by OAuth: crickets.toml does not say so", mailbox.source()),
                "a mailbox with a password needs no `crickets login`; for OAuth write `password = { oauth = \"gmail\" }` or `\"outlook\"`",
            ));
        };
        let secret = oauth.secret.as_ref().map(crate::config::Secret::get).transpose()?;
        let app = App { mailbox: mailbox.name.clone(), user: user.clone(), oauth: oauth.clone(), secret };
        Ok(Tokens::new(app, Keep::in_folder(&self.root.join(".crickets/logins"), &mailbox.name)))
    }
}
