/// How people log in.
package enum LoginKind: Sendable, Equatable {
    /// By an address that works once, as the role of the console's connection.
    case once(mayAct: Bool)
    /// By the name and the password of a role, which the cron database is asked about.
    case password
    /// A proxy says who it is, in a field of the head; each user has a service of libpq's.
    case proxy(field: String, services: [String: String])
}
