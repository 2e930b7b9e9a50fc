internal import Cronmill

/// One task, whole.
struct TaskDetail {
    let task: QueuedTask
    /// The graph it is of, and what became of it there.
    let node: (graph: Int64, state: TaskGraph.Node.State)?
    let viewer: Viewer

    /// Payloads that are longer, in bytes, are folded, and shown up to here.
    static let longest = 8_192

    var html: HTML {
        Page.view(
            title: "Task \(task.id)",
            trail: [
                .name(task.database, Link.database(task.database)),
                .name(task.queue, Link.tasks(task.database, queue: task.queue, state: task.state.rawValue)),
            ],
            role: viewer.role,
            "\(facts)\(actions)\(failure)\(attempts)\(payload)"
        )
    }

    private var facts: HTML {
        .facts([
            ("state", "<b class=\"verdict \(task.state.style)\">\(task.state.rawValue)</b>"),
            ("priority", "\(task.priority)"), ("attempts", "\(task.attempts)"),
            ("enqueued at", "\(task.enqueuedAt.description)"), ("run at", "\(task.runAt.description)"),
            ("began at", task.beganAt.map { "\($0.description)" }),
            ("done at", task.finishedAt.map { "\($0.description)" }),
            ("unique key", task.uniqueKey.map { "<bdi>\($0)</bdi>" }),
            ("group", task.groupKey.map { "<bdi>\($0)</bdi>" }),
            ("tags", task.tags.isEmpty ? nil : HTML(task.tags.map { "<bdi>\($0)</bdi>" }, separator: ", ")),
            ("timeout", task.timeout.map { "\($0.roundTripText)" }), ("max attempts", task.maxAttempts.map { "\($0)" }),
            ("graph", node.map { "\(String($0.graph)): \($0.state.rawValue)" }),
        ])
    }

    private var actions: HTML {
        let actions: [Action] =
            switch task.state {
            case .dead: [.redrive, .purge]
            case .ready, .scheduled, .retrying: [.cancel]
            case .done: []
            }
        let target = Target.task(database: task.database, id: task.id)
        let items = actions.map { action -> HTML in
            let address = Link.to("\(action.rawValue)", ["db": task.database, "task": String(task.id)])
            return "<p>\(HTML.action("\(action.verb)", address, target.command(action), mayAct: viewer.mayAct))</p>\n"
        }
        return HTML(items)
    }

    private var failure: HTML {
        guard let failure = task.failure else { return "" }
        let facts = HTML.facts([
            ("failed at", failure.failedAt.map { "\($0.description)" }),
            ("SQLSTATE", "<code>\(failure.sqlState)</code>"),
            ("message", Self.block(failure.message)), ("detail", failure.detail.map(Self.block)),
            ("hint", failure.hint.map(Self.block)), ("context", failure.context.map(Self.block)),
        ])
        return Page.section("Why the last attempt failed", facts)
    }

    /// Where its processor keeps them.
    private var attempts: HTML {
        guard let failed = task.failedAttempts, !failed.isEmpty else { return "" }
        var grid = Grid("Those that failed.", ["attempt", "began at", "failed at", "SQLSTATE", "message"])
        for attempt in failed {
            grid.append([
                "\(attempt.attempt)", "\(attempt.beganAt?.description ?? "")", "\(attempt.failedAt.description)",
                "<code>\(attempt.sqlState)</code>", "<bdi>\(attempt.message.firstLine)</bdi>",
            ])
        }
        return Page.section("Attempts", grid.html)
    }

    /// As the server has it: a number in it is never read.
    private var payload: HTML {
        guard let text = task.payload else {
            return Page.section("Payload", "<p>Not visible: that takes an operator.</p>")
        }
        let size = text.utf8.count
        let whole = Link.to("payload", ["db": task.database, "id": String(task.id)])
        guard size > Self.longest else {
            return Page.section("Payload", "\(Self.block(text))\n<p><a href=\"\(whole)\" download>Download</a></p>")
        }
        let beginning = String(decoding: text.utf8.prefix(Self.longest), as: UTF8.self)
        return Page.section(
            "Payload",
            """
            <details><summary>\(size.grouped) bytes; the first \(Self.longest.grouped)</summary>\(Self.block(beginning))</details>
            <p><a href="\(whole)" download>Download all of it</a></p>
            """
        )
    }

    private static func block(_ text: String) -> HTML { "<pre tabindex=\"0\">\(HTML(lines: text))</pre>" }
}
