-- Instants are epoch milliseconds (UTC), flags are 0 or 1, JSON is text: what both databases read alike. COUNTING_KEY is each one's own.
CREATE TABLE setting (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);

CREATE TABLE inquiry (
    id TEXT PRIMARY KEY NOT NULL,
    wave TEXT NOT NULL,
    shop TEXT NOT NULL,
    frozen TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    alias_token TEXT NOT NULL UNIQUE,
    alias_address TEXT NOT NULL UNIQUE,
    planned_at BIGINT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    sent_at BIGINT,
    confirmed_at BIGINT,
    confirmed_by TEXT,
    offered_phone BIGINT NOT NULL,
    offered_text BIGINT NOT NULL,
    opt_out_at BIGINT,
    withdrawn_at BIGINT,
    rehearsal BIGINT NOT NULL,
    UNIQUE (wave, shop)
);

-- Every step an inquiry took, never changed.
CREATE TABLE step (
    id COUNTING_KEY,
    inquiry TEXT NOT NULL REFERENCES inquiry (id),
    status TEXT NOT NULL,
    at BIGINT NOT NULL,
    note TEXT
);

CREATE TABLE proof (
    inquiry TEXT NOT NULL REFERENCES inquiry (id),
    position BIGINT NOT NULL,
    role TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (inquiry, position)
);

CREATE TABLE record (
    id TEXT PRIMARY KEY NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    arrival TEXT NOT NULL,
    at BIGINT NOT NULL,
    placement TEXT,
    collected_at BIGINT NOT NULL,
    rehearsal BIGINT NOT NULL
);

-- Derived from the records and the decisions; can be made again at any time.
CREATE TABLE touch (
    record TEXT PRIMARY KEY NOT NULL REFERENCES record (id),
    id TEXT NOT NULL UNIQUE,
    inquiry TEXT REFERENCES inquiry (id),
    at BIGINT NOT NULL,
    review TEXT,
    judgement TEXT NOT NULL
);
CREATE INDEX touch_inquiry ON touch (inquiry);

-- What people decided, never changed; the newest of a subject wins.
CREATE TABLE decision (
    id COUNTING_KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    decision TEXT NOT NULL,
    reason TEXT NOT NULL,
    author TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX decision_subject ON decision (kind, subject);

CREATE TABLE folder (
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    uidvalidity BIGINT NOT NULL,
    next_uid BIGINT NOT NULL,
    last_pass BIGINT,
    PRIMARY KEY (source, name)
);

CREATE TABLE coverage (
    source TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    to_at BIGINT NOT NULL,
    PRIMARY KEY (source, from_at)
);
