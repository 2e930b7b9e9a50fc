internal import Postgres

/// Whether a processor's procedure is what would be generated for it.
struct ProcedureState: Sendable {
    /// What is wrong with it.
    var difference: String?
    /// Its text, if it has to be made anew.
    var renewal: SQL?

    /// Those of all processors of the session's database, by name.
    static func all(_ session: Session) throws -> [String: ProcedureState] {
        try of(session.query("select p.name from cronmill.processor as p").map { try $0.get("name") }, session)
    }

    /// Those of the processors with these names.
    static func of(_ names: [String], _ session: Session) throws -> [String: ProcedureState] {
        var states: [String: ProcedureState] = [:]
        for name in names {
            var request = ProcessorRequest()
            request.processor = try ObjectName(name, of: "processor")
            guard let row = try ProcessorRow.find(request, session: session) else { continue }
            do {
                let query = try QueryHandler.find(request, row: row, session: session)
                let handler = try query?.function ?? HandlerFunction.find(row.handler, session: session)
                let routines = try ProcessorRoutines(handler, processor: name)
                if let query, let difference = try query.difference {
                    let renewal: SQL = "\(sql: try query.handlerText)\(sql: routines.text)\(sql: .grantQuery(name))"
                    states[name] = ProcedureState(difference: difference, renewal: renewal)
                } else if routines.isInstalled(row) {
                    states[name] = ProcedureState()
                } else {
                    let isGone = row.procedureText == nil || row.callText == nil
                    states[name] = ProcedureState(
                        difference: isGone ? "its procedure is gone" : "its procedure was changed by hand",
                        renewal: routines.text
                    )
                }
            } catch let error as CronmillError {
                states[name] = ProcedureState(difference: error.message)
            }
        }
        return states
    }
}
