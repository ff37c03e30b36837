-- Who took over the work of a session: asked at each look at a checkout that sessions share.
CREATE INDEX owned_follows ON owned (json_extract(body, '$.follows'));
