import type { Sql } from '../db.ts'

/** Writes down that a member has something to send; once, however often it is tried. */
export async function keepTodo(sql: Sql, todo: { messageId: string; userid: string }, at: Date): Promise<void> {
  await sql.query(
    `INSERT INTO todos (message_id, userid, created_at) VALUES ($1, $2, $3)
     ON CONFLICT (message_id) DO UPDATE SET userid = excluded.userid`,
    [todo.messageId, todo.userid, at],
  )
}
