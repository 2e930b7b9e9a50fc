/// What there is, a line for each address. Pages are in one folder, so that `console.css`, `./` and `tasks?db=...` lead
/// from each of them to any, behind whatever prefix a proxy has: names are in the query, where a `/` is no folder.
///
/// Forms that ask before they do something, for `GET` (with `Viewer.mayAct`), and by `POST` do it:
/// `pause?db=&processor=`, `resume?db=&processor=`, `redrive?db=&processor=` (all dead), the same with `&sqlstate=`, with
/// `&message=`, with both (a group), `redrive?db=&task=`, `cancel?db=&task=`, `purge?db=&processor=` (all dead),
/// `purge?db=&task=` (a dead one), `acknowledge?alarm=`. They all may have `&back=`, where to go then: an address of ours
/// as a link has it (`tasks?db=...`); otherwise it is the overview.
extension Console {
    /// What asks for no person: nil if it is none of these.
    func forMachines(_ call: Call) async throws(Problem) -> Answer? {
        switch call.path {
        case "/healthz": try liveness(call)
        case "/readyz": try readiness(call)
        case "/api/v1/health": try health(call)
        case "/api/v1/server/primary": try isPrimary(call)
        case "/api/v1/server/replica": try hasReplica(call)
        case "/api/v1/replication": try figures(call) { figures throws(Problem) in try figures.replication() }
        case "/api/v1/replication/lag": try figures(call) { figures throws(Problem) in try figures.replicationLag() }
        case "/api/v1/databases/size": try figures(call, \.sizes)
        case "/api/v1/connections": try figures(call, \.connections)
        case "/api/v1/environment": try figures(call, \.environment)
        case "/api/v1/alarms": try figures(call) { figures throws(Problem) in try figures.alarms() }
        case "/metrics": try metrics(call)
        default: nil
        }
    }

    /// What a person gets who is logged in.
    func forPeople(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let viewer = session.viewer
        switch call.path {
        case "/": return try overview(call, viewer)
        case "/pause": return try await act(.pause, call, session)
        case "/resume": return try await act(.resume, call, session)
        case "/redrive": return try await act(.redrive, call, session)
        case "/cancel": return try await act(.cancel, call, session)
        case "/purge": return try await act(.purge, call, session)
        case "/acknowledge": return try await act(.acknowledge, call, session)
        case "/done": return try done(call, session)
        case "/console.css": return try Asset.style.answer(call)
        case "/console.js": return try Asset.script.answer(call)
        default: throw .notFound
        }
    }

    /// Where something can be sent to; everything else is only read.
    static let posts: Set<String> = Set(Action.allCases.map { "/\($0.rawValue)" })
}
