-- Which lines the first run of a command executed, packed: JSON in one zstd frame; none where nobody measured.
ALTER TABLE trial_result ADD COLUMN executed BLOB;
