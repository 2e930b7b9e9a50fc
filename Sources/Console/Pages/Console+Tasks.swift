internal import Cronmill
internal import HTTPTypes

/// Pages of tasks.
extension Console {
    func tasks(_ call: Call, _ viewer: Viewer) async throws(Problem) -> Answer {
        let snapshot = snapshot().seen(by: viewer)
        let database = try snapshot.database(call.query)
        let query = try TaskQuery(call.query, database: database)
        let found = try await Asking(viewer).whole { try await $0.taskPage(query.request, in: database) }
        let queues = snapshot.processors.filter { $0.database == database }.map(\.queue)
        return .html(TasksPage(query: query, found: found, queues: queues, viewer: viewer).html)
    }

    func task(_ call: Call, _ viewer: Viewer) async throws(Problem) -> Answer {
        let asking = Asking(viewer)
        let task = try await task(call, viewer, asking)
        let node = await asking.part { try await $0.graphNode(task.id, in: task.database) }
        return .html(TaskDetail(task: task, node: try? node.get(), viewer: viewer).html)
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
