-- What audited builders dispute, and how it ended. Rows are only ever added: step 0 files an appeal, each later one decides on it,
-- and the last word stands.
CREATE TABLE appeal (
    number BIGINT NOT NULL,
    step BIGINT NOT NULL,
    inquiry TEXT NOT NULL,
    said TEXT NOT NULL,
    author TEXT NOT NULL,
    at BIGINT NOT NULL,
    rehearsal BIGINT NOT NULL,
    PRIMARY KEY (number, step)
);
