internal import Cronmill

/// One task, whole.
struct TaskDetail {
    let task: QueuedTask
    /// The graph it is of, and what became of it there.
    let node: (graph: Int64, state: TaskGraph.Node.State)?
    /// Of its processor, where it has none of its own.
    let settings: ProcessorSettings?
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
            ("priority", "\(task.priority)"), ("attempts", attemptCount),
            ("enqueued at", "\(task.enqueuedAt.description)"), ("run at", "\(task.runAt.description)"),
            ("began at", task.beganAt.map { "\($0.description)" }),
            ("done at", task.finishedAt.map { "\($0.description)" }),
            ("unique key", task.uniqueKey.map { "<bdi>\($0)</bdi>" }),
            ("group", task.groupKey.map { "<bdi>\($0)</bdi>" }),
            ("tags", task.tags.isEmpty ? nil : HTML(task.tags.map { "<bdi>\($0)</bdi>" }, separator: ", ")),
            ("timeout", task.timeout.map { "\($0.roundTripText)" }), ("max attempts", task.maxAttempts.map { "\($0)" }),
            (
                "graph",
                node.map { node in
                    "<a href=\"\(Link.graph(node.graph, in: task.database))\">\(String(node.graph))</a>: \(node.state.rawValue)"
                }
            ),
        ])
    }

    /// `2 of 5`; of a task that is done none is kept.
    private var attemptCount: HTML? {
        guard task.state != .done else { return nil }
        let most = task.maxAttempts.map(String.init) ?? settings?.settings.first { $0.title == "max-attempts" }?.text
        return most.map { "\(task.attempts) of \($0)" } ?? "\(task.attempts)"
    }

    /// One that is gone has no page to go back to.
    private func back(from action: Action) -> String {
        action == .redrive
            ? Link.address("task", ["db": task.database, "id": String(task.id)])
            : Link.address("tasks", ["db": task.database, "queue": task.queue, "state": task.state.rawValue])
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
            let address = Link.to(
                action.rawValue,
                ["db": task.database, "task": String(task.id), "back": back(from: action)]
            )
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
        var grid = Grid(
            "Those that failed.",
            ["attempt", "began at", "failed at", "took", "run", "SQLSTATE", "message"]
        )
        var last = 0
        for attempt in failed {
            // They are counted anew.
            let redriven: HTML = attempt.attempt <= last ? " <small>redriven</small>" : ""
            last = attempt.attempt
            grid.append([
                "\(attempt.attempt)\(redriven)", "\(attempt.beganAt?.description ?? "")",
                "\(attempt.failedAt.description)", "\(attempt.duration?.shortText ?? "")",
                "\(attempt.run.map { String($0) } ?? "")", "<code>\(attempt.sqlState)</code>",
                "<bdi>\(attempt.message.firstLine)</bdi>",
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

    static func block(_ text: String) -> HTML { "<pre tabindex=\"0\">\(HTML(lines: text))</pre>" }
}
