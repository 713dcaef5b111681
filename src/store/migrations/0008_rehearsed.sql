-- What was watched under a rehearsal clock is kept apart from what was really watched. Where a wave was ever rehearsed, nothing tells
-- the two apart any more: what was watched is forgotten there, and known again with the next look at each source.
CREATE TABLE watched (
    source TEXT NOT NULL,
    rehearsal BIGINT NOT NULL,
    from_at BIGINT NOT NULL,
    to_at BIGINT NOT NULL,
    PRIMARY KEY (source, rehearsal, from_at)
);
INSERT INTO watched (source, rehearsal, from_at, to_at)
    SELECT source, 0, from_at, to_at FROM coverage WHERE NOT EXISTS (SELECT id FROM inquiry WHERE rehearsal = 1);
DROP TABLE coverage;
ALTER TABLE watched RENAME TO coverage;

-- A folder that went away: between its last look and the moment that was noticed lies a gap. One that was taken out of the
-- configuration is watched no more, from `left_at` on.
CREATE TABLE looked (
    source TEXT NOT NULL,
    rehearsal BIGINT NOT NULL,
    folder TEXT NOT NULL,
    tried_at BIGINT NOT NULL,
    complete_to BIGINT,
    problem TEXT,
    gone_from BIGINT,
    gone_at BIGINT,
    left_at BIGINT,
    PRIMARY KEY (source, rehearsal, folder)
);
INSERT INTO looked (source, rehearsal, folder, tried_at, complete_to, problem)
    SELECT source, 0, folder, tried_at, complete_to, problem FROM look WHERE NOT EXISTS (SELECT id FROM inquiry WHERE rehearsal = 1);
DROP TABLE look;
ALTER TABLE looked RENAME TO look;
