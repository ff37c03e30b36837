-- The runs of a command with the tests of each, packed: JSON in one zstd frame.
ALTER TABLE trial_result ADD COLUMN runs BLOB;
