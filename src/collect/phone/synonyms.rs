//! What exports call their columns: per role the names, best first, as [`super::map::plain`] writes them.

use super::map::Role;

/// Names by role, best first.
pub(super) const NAMES: &[(Role, &[&str])] = &[
    (
        Role::StartedAt,
        &[
            "started at", "start time", "call start time", "call start", "time start", "starttime", "start date", "datetime utc",
            "date time utc", "start time utc", "datetime", "date time", "date and time", "call date time", "timestamp", "time stamp",
            "calldate", "call date", "call time", "event time", "connect time", "connected at", "message date", "sentdate", "date sent",
            "sent date", "sent at", "received at", "created at", "date created", "created", "start", "when", "date", "time", "occurred at",
            "begin time", "call started", "call placed", "datetime tz offset incl", "readable date",
        ],
    ),
    (Role::Date, &["date", "call date", "start date", "date tz offset incl", "conn date", "connect date", "message date", "day", "date sent"]),
    (
        Role::Time,
        &["time", "call time", "start time", "time tz offset incl", "conn time", "connect time", "message time", "time gmt", "time utc", "start"],
    ),
    (Role::Zone, &["timezone", "time zone", "number timezone", "tz"]),
    (
        Role::From,
        &[
            "from", "from number", "from phone number", "caller", "caller number", "caller phone number", "caller id", "caller id number",
            "callerid", "calling number", "calling party", "calling party number", "source", "source number", "src", "from no", "ani",
            "origination number", "originating number", "a number", "cnum", "sender", "sender number", "customer phone number",
        ],
    ),
    (
        Role::To,
        &[
            "to", "to number", "to phone number", "called", "called number", "called party", "called party number", "callee",
            "callee number", "destination", "destination number", "dst", "dialed number", "dialled number", "dialed", "dnis", "did", "to no",
            "recipient", "recipient number", "terminating number", "b number", "tracking number", "tracking phone number",
            "business phone number",
        ],
    ),
    (
        Role::Party,
        &[
            "number", "phone number", "phone", "telephone number", "telephone", "contact number", "other party", "other number", "to from",
            "from to", "number called", "called from", "external number", "remote number", "remote party", "party", "customer number",
            "client number", "contact phone", "mobile number", "address", "sender id", "phone no", "to from number", "number called to from",
            "external phone number", "unformatted number", "contact phone number",
        ],
    ),
    (
        Role::Own,
        &[
            "my number", "own number", "your number", "wireless number", "aircall number", "company number", "internal number",
            "openphone number", "quo number", "grasshopper number", "virtual number", "business number", "line number", "main number",
            "user number", "extension number",
        ],
    ),
    (
        Role::Duration,
        &[
            "duration s", "duration seconds", "duration sec", "duration in seconds", "duration", "call duration", "duration in call",
            "in call duration", "talk time", "talktime", "billsec", "call length", "length", "talking", "talk duration", "minutes", "min",
            "mins", "duration min", "duration minutes", "minutes used", "seconds", "secs", "airtime", "duration total", "total duration",
            "duration ms", "usage", "talk",
        ],
    ),
    (
        Role::Body,
        &[
            "body", "message body", "message text", "text", "message", "content", "text message", "transcript", "transcription",
            "voicemail transcript", "voicemail transcription", "transcription text", "sms",
        ],
    ),
    (
        Role::Id,
        &["id", "call id", "callid", "sid", "call sid", "message sid", "uniqueid", "unique id", "message id", "record id", "uuid", "call uuid", "historyid"],
    ),
    (Role::Session, &["session id", "sessionid", "linkedid", "conversation id", "call session id"]),
    (
        Role::Name,
        &["name", "contact", "contact name", "caller name", "caller id name", "customer name", "cnam", "sender name", "from name", "display name"],
    ),
    (Role::ForwardedFrom, &["forwarded from", "forwardedfrom"]),
    (Role::Service, &["service"]),
    (Role::Direction, &["direction", "call direction", "call type", "type", "in out", "incoming outgoing", "call direction type"]),
    (Role::Channel, &["channel", "type", "call type", "event type", "usage type", "kind", "media"]),
    (Role::Answered, &["answered", "action result", "call result", "result", "disposition", "call status", "status", "outcome", "call outcome"]),
];

/// The rank of a column's name for a role; 0 is best.
pub(super) fn rank(role: Role, name: &str) -> Option<usize> {
    let (_, names) = NAMES.iter().find(|(known, _)| *known == role)?;
    names.iter().position(|known| *known == name)
}
