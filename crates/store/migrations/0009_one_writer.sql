-- A conversation has one writer at a time. Of several that are not over, the newest stays.
UPDATE owned
   SET state = 'interrupted',
       body = json_set(body, '$.state', 'interrupted', '$.failure',
         'the same conversation was started again, and goes on there')
 WHERE native IS NOT NULL
   AND state IN ('queued', 'preparing', 'starting', 'running')
   AND EXISTS (
     SELECT 1 FROM owned AS newer
      WHERE newer.agent = owned.agent AND newer.native = owned.native AND newer.id > owned.id
        AND newer.state IN ('queued', 'preparing', 'starting', 'running'));
CREATE UNIQUE INDEX owned_writer ON owned (agent, native)
 WHERE native IS NOT NULL AND state IN ('queued', 'preparing', 'starting', 'running');
