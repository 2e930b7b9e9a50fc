internal import Cronmill
internal import HTTPTypes
internal import Postgres

/// Pages of tasks.
extension Console {
    func tasks(_ call: Call, _ viewer: Viewer) async throws(Problem) -> Answer {
        let snapshot = snapshot().seen(by: viewer)
        let database = try snapshot.database(call.query)
        let queues = snapshot.processors.filter { $0.database == database }.map(\.queue)
        let form = TaskForm(database: database, queues: queues) { call.query["\($0)"] ?? "" }
        do throws(Problem) {
            let query = try TaskQuery(call.query, database: database)
            let found = try await Asking(viewer).whole { try await Self.page(query, $0) }
            return .html(TasksPage(query: query, found: found, form: form, viewer: viewer).html)
        } catch {
            throw error.with(form: form.html)
        }
    }

    private static func page(_ query: TaskQuery, _ deployment: Deployment) async throws -> TaskPage {
        do {
            return try await deployment.taskPage(query.request, in: query.database)
        } catch let error as PostgresError
            where error.sqlState == .invalidTextRepresentation && query.request.search.payload != nil
        {
            throw Problem.badRequest("What the payload contains has to be JSON.")
        }
    }

    func task(_ call: Call, _ viewer: Viewer) async throws(Problem) -> Answer {
        let asking = Asking(viewer)
        let task = try await task(call, viewer, asking)
        async let node = asking.part { try await $0.graphNode(task.id, in: task.database) }
        async let offered = viewer.offered(in: task.database)
        let processor = snapshot().processors.first { $0.database == task.database && $0.queue == task.queue }
        let settings: Result<ProcessorSettings, Problem>? =
            if let name = processor?.processor, task.maxAttempts == nil {
                await asking.part { try await $0.settings(of: name, in: task.database) }
            } else { nil }
        let page = await TaskDetail(
            task: task,
            node: try? node.get(),
            settings: try? settings?.get(),
            viewer: offered
        )
        return .html(page.html)
    }

    /// A payload, byte for byte as the server has it.
    func payload(_ call: Call, _ viewer: Viewer) async throws(Problem) -> Answer {
        let task = try await task(call, viewer, Asking(viewer))
        guard let payload = task.payload else {
            throw Problem(status: .forbidden, detail: "Payloads are visible to operators only.")
        }
        var answer = Answer(type: "application/json", body: payload)
        answer.fields[.contentDisposition] = "attachment; filename=\"task-\(task.id).json\""
        return answer
    }

    private func task(_ call: Call, _ viewer: Viewer, _ asking: Asking) async throws(Problem) -> QueuedTask {
        try call.query.check(allowed: ["db", "id"])
        let database = try snapshot().seen(by: viewer).database(call.query)
        guard let id = call.query["id"].flatMap({ Int64($0) }) else {
            throw .badRequest("The query lacks id, the number of a task.")
        }
        guard let task = try await asking.whole({ try await $0.task(id, in: database) }) else {
            throw Problem(status: .notFound, detail: "There is no such task: it is done, was canceled, or never was.")
        }
        return task
    }
}
