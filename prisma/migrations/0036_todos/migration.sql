-- What a member sends himself, in the chat, with one tap. Open while its message waits; the message's state is the only truth.
CREATE TABLE todos (
  message_id    uuid PRIMARY KEY REFERENCES messages,
  userid        text NOT NULL,
  snoozed_until timestamptz,
  begun_at      timestamptz,                               -- the guard said yes and the words were handed to the chat
  told_at       timestamptz,
  listed_on     date,                                      -- the last morning it stood in the list
  escalated_at  timestamptz,
  by_word       boolean NOT NULL DEFAULT false,            -- sent is what the member says, not what WeCom said
  created_at    timestamptz NOT NULL
);
CREATE INDEX todos_user ON todos (lower(userid), created_at);
-- What waits for a person and belongs to no task of WeCom's: to-dos and approvals.
CREATE INDEX messages_in_hand ON messages (created_at, id) WHERE state = 'waiting' AND batch_id IS NULL;
