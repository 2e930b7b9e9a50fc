/// What there is for people, a line for each address; for machines there is `Endpoint`. Pages are in one folder, so that `console.css`, `./` and `tasks?db=...` lead
/// from each of them to any, behind whatever prefix a proxy has: names are in the query, where a `/` is no folder.
///
/// Forms that ask before they do something, for `GET` (with `Viewer.mayAct`), and by `POST` do it:
/// `pause?db=&processor=`, `resume?db=&processor=`, `redrive?db=&processor=` (all dead), the same with `&sqlstate=`, with
/// `&message=`, with both (a group), `redrive?db=&task=`, `cancel?db=&task=`, `purge?db=&processor=` (all dead),
/// `purge?db=&task=` (a dead one), `acknowledge?alarm=`. They all may have `&back=`, where to go then: an address of ours
/// as a link has it (`tasks?db=...`); otherwise it is the overview.
extension Console {
    /// What needs no log-in: nil if it is none of these.
    func forAnybody(_ call: Call) async throws(Problem) -> Answer? {
        switch call.path {
        case "/login": try await logIn(call)
        case "/console.css": try Asset.style.answer(call)
        case "/console.js": try Asset.script.answer(call)
        default: nil
        }
    }

    /// What a person gets who is logged in.
    func forPeople(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        switch call.path {
        case "/": try overview(call, session.viewer)
        case "/events": try events(call, session)
        case "/done": try done(call, session)
        case "/logout": try logOut(call, session)
        default: try await gate.admit(session.secret) { () async throws(Problem) in try await byAsking(call, session) }
        }
    }

    /// What databases are asked for.
    private func byAsking(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let viewer = session.viewer
        switch call.path {
        case "/database": return try await database(call, viewer)
        case "/processor": return try await processor(call, viewer)
        case "/findings": return try await findings(call, viewer)
        case "/timeline": return try await timeline(call, viewer)
        case "/server": return try await server(call, viewer)
        case "/alarms": return try await alarms(call, viewer)
        case "/tasks": return try await tasks(call, viewer)
        case "/task": return try await task(call, viewer)
        case "/graphs": return try await graphs(call, viewer)
        case "/graph": return try await graph(call, viewer)
        case "/recurring": return try await recurring(call, viewer)
        case "/payload": return try await payload(call, viewer)
        case "/pause": return try await act(.pause, call, session)
        case "/resume": return try await act(.resume, call, session)
        case "/redrive": return try await act(.redrive, call, session)
        case "/cancel": return try await act(.cancel, call, session)
        case "/purge": return try await act(.purge, call, session)
        case "/acknowledge": return try await act(.acknowledge, call, session)
        default: throw .notFound
        }
    }

    /// Where something can be sent to; everything else is only read.
    static let posts: Set<String> = Set(Action.allCases.map { "/\($0.rawValue)" }).union(["/login", "/logout"])
        .union(Endpoint.posts)
}
