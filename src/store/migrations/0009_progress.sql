-- How far each file, service or journal of a phone source was read, as JSON that whoever reads it understands.
CREATE TABLE progress (
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (source, name)
);
