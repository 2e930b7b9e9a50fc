internal import Postgres

/// What setup has to know of a work database.
struct WorkInspection: Sendable {
    var state: WorkState
    /// The handler as the catalog knows it, if one was asked for.
    var handler: HandlerFunction?
    /// What is generated of a query processor, if the request is about one.
    var query: QueryHandler?
    var queueExists = false
    /// The processor's row, if it exists.
    var processor: ProcessorRow?
    /// All processors, by name.
    var processors: [String] = []
    /// Processors whose routines are not what this program generates, and what makes them so; looked for where our routines
    /// are of another version.
    var outdated: [(name: String, renewal: SQL)] = []
    /// Whether our routines have to be dropped before they can be renewed.
    var mustDrop = false
    /// Whether the connection goes through a pooler.
    var isPooled = false
    /// Defaults that bite the role the processor is to run as.
    var unfitDefaults: [UnfitDefault] = []

    init(state: WorkState, session: Session, request: ProcessorRequest?) throws {
        self.state = state
        if state.isInstalled { try session.execute("select cronmill.assert_original()") }
        guard let request else { return }
        if let path = request.searchPath { try path.check(session) }
        if state.isInstalled {
            if let queue = request.queue {
                queueExists = try !session.query("select from cronmill.queue as q where q.name = \(queue.text)").isEmpty
            }
            processor = try ProcessorRow.find(request, session: session)
            processors = try session.query("select p.name from cronmill.processor as p order by p.name")
                .map { try $0.get("name") }
        }
        query = try QueryHandler.find(request, row: processor, session: session)
        if let query {
            handler = query.function
        } else if let text = request.handler ?? processor?.handler {
            handler = try HandlerFunction.find(text, session: session)
        }
    }
}
