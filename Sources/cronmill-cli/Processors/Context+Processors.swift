internal import Cronmill

extension Context {
    /// The databases asked; where processors are named, those of them that have one of the names, if any has.
    func databases(having names: [String]) async throws -> [String] {
        guard !names.isEmpty, databases.count > 1 else { return databases }
        let results = await deployment.forEach(databases) { try await deployment.processorNames(in: $0) }
        return zip(databases, results).filter { _, result in
            switch result.outcome {
            // A database that cannot be asked is kept: it is reported when its turn comes.
            case .failure: true
            case .success(let known): names.contains(where: known.contains)
            }
        }.map(\.0).nonEmpty ?? databases
    }

    /// Waits for runs of processors that are paused for it, and says that they stay so if Ctrl-C ends the waiting.
    func waiting<Value>(in database: String, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as CancellationError {
            output.warn("processors that were waited for stay paused: cronmill status --database \(database.shellWord)")
            throw error
        }
    }

    func carryOut(_ change: ProcessorChange, _ names: [String], dryRun: Bool) async throws {
        let asked = try await databases(having: names)
        try await forEachDatabase(asked) { database in
            let plan = try await deployment.plan(change, names, in: database)
            try await carryOut(plan, database: database, dryRun: dryRun)
            return .done
        }
    }
}

extension Array {
    var nonEmpty: Self? { isEmpty ? nil : self }
}
