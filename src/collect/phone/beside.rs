//! What a log holds besides calls, voicemails and texts of the number, each by the words it is counted under whatever the format.

/// A leg on which a call was forwarded or put through.
pub(in crate::collect) const LEG: &str = "legs of forwarded calls";
/// Between two extensions of one company.
pub(super) const INTERNAL: &str = "a call between extensions";
/// No call to the number and no text to it.
pub(in crate::collect) const ELSEWHERE: &str = "a call or message by another service than the telephone";
/// A fax.
pub(super) const FAX: &str = "a fax";
/// A text that somebody had not finished.
pub(super) const DRAFT: &str = "a draft";
/// A text that its phone had not sent yet.
pub(super) const WAITING: &str = "a text that was waiting to be sent";
/// A text that its phone could not send.
pub(super) const UNSENDABLE: &str = "a text that could not be sent";
/// A text that its provider never sent.
pub(super) const UNSENT: &str = "texts that were never sent";
/// One of the last four; the log does not say which.
pub(super) const NOT_SENT: &str = "a draft, or a text that was not sent";
/// A word of the app itself.
pub(super) const NOTICE: &str = "a notice of the app";
/// Megabytes.
pub(super) const DATA: &str = "use of data";
