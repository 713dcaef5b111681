-- How each folder of a mailbox was last looked at; the folder '' stands for the source as a whole.
CREATE TABLE look (
    source TEXT NOT NULL,
    folder TEXT NOT NULL,
    tried_at BIGINT NOT NULL,
    complete_to BIGINT,
    problem TEXT,
    PRIMARY KEY (source, folder)
);
