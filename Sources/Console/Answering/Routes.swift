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
        case "/metrics": try metrics(call)
        default: nil
        }
    }

    /// What a person gets who is logged in.
    func forPeople(_ call: Call, _ viewer: Viewer) async throws(Problem) -> Answer {
        switch call.path {
        case "/": try overview(call, viewer)
        case "/database": try await database(call, viewer)
        case "/processor": try await processor(call, viewer)
        case "/findings": try await findings(call, viewer)
        case "/tasks": try await tasks(call, viewer)
        case "/task": try await task(call, viewer)
        case "/payload": try await payload(call, viewer)
        case "/console.css": try Asset.style.answer(call)
        case "/console.js": try Asset.script.answer(call)
        default: throw .notFound
        }
    }

    /// Where something can be sent to; everything else is only read.
    static let posts: Set<String> = []
}
