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
                let text = try handler.procedure(of: name)
                if let query, let difference = try query.difference {
                    let renewal: SQL = "\(sql: try query.handlerText)\(sql: text)\(sql: .grantQuery(name))"
                    states[name] = ProcedureState(difference: difference, renewal: renewal)
                } else if let installed = row.procedureText, HandlerFunction.isBody(installed, of: text) {
                    states[name] = ProcedureState()
                } else {
                    let what = row.procedureText == nil ? "its procedure is gone" : "its procedure was changed by hand"
                    states[name] = ProcedureState(difference: what, renewal: text)
                }
            } catch let error as CronmillError {
                states[name] = ProcedureState(difference: error.message)
            }
        }
        return states
    }
}
