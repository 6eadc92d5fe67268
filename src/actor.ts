/** Who does something: a member of staff, the machine API, or the system itself. */
export interface Actor {
  /** A userid, `system`, or `api`. What history rows and audit keep. */
  id: string
  /** Roles of the playbook's edges: admin manager mdr sdr sales csm; `system` for the machine's own moves. */
  roles: readonly string[]
}

export const systemActor: Actor = { id: 'system', roles: ['system'] }
