internal import Cronmill
internal import HTTPTypes

/// What a page asks a database for while its viewer waits: by his own connection, two seconds a statement at most.
struct Asking: Sendable {
    let deployment: Deployment
    /// Longer than some statements of two seconds take.
    private static let longest = Duration.seconds(15)

    init(_ viewer: Viewer) { deployment = viewer.deployment.impatient }

    /// What the whole page is about.
    ///
    /// - Throws: `Problem`, if it cannot be had.
    func whole<Value: Sendable>(
        _ ask: @escaping @Sendable (Deployment) async throws -> Value
    ) async throws(Problem) -> Value {
        do {
            return try await within(Self.longest) { [deployment] in try await ask(deployment) }
        } catch {
            throw Problem(error)
        }
    }

    /// What one part of a page is about: where it cannot be had the others are shown.
    func part<Value: Sendable>(
        _ ask: @escaping @Sendable (Deployment) async throws -> Value
    ) async -> Result<Value, Problem> {
        do {
            return .success(try await within(Self.longest) { [deployment] in try await ask(deployment) })
        } catch {
            return .failure(Problem(error))
        }
    }
}

extension Viewer {
    /// The same, offered no action on a database of which he is seen to be no operator.
    func offered(in database: String) async -> Viewer {
        guard mayAct, case .success(false) = await Asking(self).part({ try await $0.isOperator(of: database) }) else {
            return self
        }
        var viewer = self
        viewer.mayAct = false
        return viewer
    }
}

extension Result where Failure == Problem {
    /// As HTML; or why there is none.
    func html(_ make: (Success) -> HTML) -> HTML {
        switch self {
        case .success(let value): make(value)
        case .failure(let problem): "<p class=\"bad\">Not visible. \(problem.detail)</p>"
        }
    }
}

extension Snapshot {
    /// The name of a database that a query has.
    ///
    /// - Throws: `Problem` if there is none, or it is none of ours: no other is connected to; or nothing is known yet.
    func database(_ query: Query) throws(Problem) -> String {
        guard let name = query["db"] else { throw .badRequest("The query lacks db, the name of a work database.") }
        guard looks(at: name) else {
            if cronAnsweredAt == nil { throw .nothingYet }
            throw Problem(status: .notFound, detail: "No such work database is looked at.")
        }
        return name
    }

    private func looks(at name: String) -> Bool {
        pending.contains(name) || report.databases.contains { $0.database == name }
    }

    /// Whether an alarm is of the server, or of a database that is looked at.
    func shows(_ alarm: Alarm) -> Bool { alarm.database.map { looks(at: $0) } ?? true }

    /// The processors of a database, or why it could not be asked.
    func processors(of database: String) -> Result<[ProcessorStatus], Problem> {
        guard let result = report.databases.first(where: { $0.database == database }) else {
            return .failure(Problem(status: .serviceUnavailable, detail: "It has not been asked yet."))
        }
        return result.outcome.mapError { Problem($0) }
    }
}
