internal import Cronmill

/// The server, its databases and standbys, and what Cronmill's tables take.
struct ServerPage {
    let report: ServerReport
    let viewer: Viewer

    var html: HTML {
        let server = report.server.mapError { Problem($0) }
        return Page.view(
            title: "Server",
            trail: [],
            role: viewer.role,
            """
            \(server.html(shown))
            \(Page.section("Databases", sizes))
            \(Page.section("Tables of Cronmill", tables))
            <p>\(HTML.command("cronmill server --all"))</p>
            """
        )
    }

    private func shown(_ server: ServerState) -> HTML {
        let connections =
            server.connectionsInUse.map { "\($0.grouped) of \(server.maxConnections.grouped)" } ?? "not visible"
        let facts = HTML.facts([
            ("version", "\(server.version)"), ("started at", "\(server.startedAt.description)"),
            ("role", server.isInRecovery ? "standby" : "primary"), ("connections", "\(connections)"),
            (
                "pg_cron's history",
                server.history.map { "\($0.text)" }
            ),
        ])
        let holders = server.holders.map { holder -> HTML in
            let age = holder.heldFor.map { " for \($0.shortText)" } ?? ""
            return "<li><bdi>\(holder.text)</bdi>\(age), database <bdi>\(holder.database ?? "any")</bdi></li>"
        }
        return """
            \(facts)
            \(Page.section("Standbys", standbys(server)))
            \(Page.section("Replication slots", slots(server)))
            \(Page.section("What keeps dead rows", holders.isEmpty ? "<p>Nothing.</p>" : "<ul class=\"groups\">\(holders)</ul>"))
            """
    }

    private func standbys(_ server: ServerState) -> HTML {
        guard let standbys = server.standbys else { return "<p>Not visible: that takes pg_monitor.</p>" }
        guard !standbys.isEmpty else { return "<p>None is connected.</p>" }
        var grid = Grid("A standby that is lost is not among them.", ["name", "state", "sync", "lag", "lag in bytes"])
        for standby in standbys {
            grid.append([
                "<bdi>\(standby.name)</bdi>", "\(standby.state)", "\(standby.syncState)",
                "\(standby.lag?.shortText ?? "idle")", "\(standby.lagBytes?.bytesText ?? "")",
            ])
        }
        return grid.html
    }

    private func slots(_ server: ServerState) -> HTML {
        guard !server.slots.isEmpty else { return "<p>None.</p>" }
        var grid = Grid("What write-ahead log is kept for.", ["slot", "kind", "database", "active", "state", "kept"])
        for slot in server.slots {
            grid.append(
                [
                    "<bdi>\(slot.name)</bdi>", slot.isLogical ? "logical" : "physical",
                    "<bdi>\(slot.database ?? "")</bdi>",
                    slot.isActive ? "yes" : "no", "\(slot.walStatus ?? "")", "\(slot.keptBytes?.bytesText ?? "")",
                ],
                style: slot.isActive ? "" : "odd"
            )
        }
        return grid.html
    }

    private var sizes: HTML {
        guard !report.sizes.isEmpty else { return "<p>Not visible.</p>" }
        var grid = Grid(
            "The age is of transaction ids, of 2,147,483,648 there are.",
            ["database", "size", "age", "of all"]
        )
        for size in report.sizes {
            grid.append(
                [
                    "<bdi>\(size.name)</bdi>", "\(size.bytes?.bytesText ?? "not visible")",
                    "\(Int(size.transactionAge).grouped)", "\(Int(size.wraparound * 100)) %",
                ],
                style: size.wraparound > 0.5 ? "bad" : ""
            )
        }
        return grid.html
    }

    private var tables: HTML {
        var grid = Grid(
            "The 50 largest. Rows are the server's estimates.",
            ["database", "table", "rows", "dead rows", "size", "indexes", "scans", "vacuumed at"]
        )
        var (faults, found): ([HTML], [(database: String, table: TableStorage)]) = ([], [])
        for result in report.databases {
            switch result.outcome {
            case .failure(let error):
                faults.append(
                    "<p class=\"bad\"><bdi>\(result.database)</bdi> is not visible. \(Problem(error).detail)</p>"
                )
            case .success(let tables): found += tables.map { (result.database, $0) }
            }
        }
        for (database, table) in found.sorted(by: { $0.table.totalBytes > $1.table.totalBytes }).prefix(50) {
            let vacuumed = [table.lastVacuum, table.lastAutovacuum].compactMap { $0 }.max { $0.date < $1.date }
            grid.append([
                "<bdi>\(database)</bdi>", "<bdi>\(table.schema).\(table.name)</bdi>",
                "\(table.rowsEstimate.map { Int($0).grouped } ?? "not known")",
                "\(Int(table.deadRowsEstimate).grouped)",
                "\(table.bytes.bytesText)", "\(table.indexBytes.bytesText)", "\(Int(table.scans).grouped)",
                "\(vacuumed?.description ?? "")",
            ])
        }
        return "\(faults)\(grid.html)"
    }
}
