internal import Postgres

extension PermissionCheck {
    /// The housekeeper, which runs as the registry's owner, may cancel a handler that overruns its timeout.
    static let timeouts = PermissionCheck { inspection in
        let cron = inspection.cron
        guard let owner = cron.owner, !cron.isOwnedBySuperuser(inspection.roles) else { return [] }
        return Set(cron.permitted.values.joined()).sorted().filter { $0 != owner && inspection.roles[$0] != nil }.map {
            role in
            .needed(
                "may cancel runs of role \(role) (timeouts)",
                isThere: !cron.uncancellable.contains(role),
                in: cron.database,
                role: owner,
                .grant("pg_signal_backend", to: owner, in: cron.database)
            )
        }
    }

    /// What the installers need besides privileges in our schemas.
    static let installers = PermissionCheck { inspection in
        var findings: [PermissionFinding] = []
        for work in inspection.works {
            guard let owner = inspection.roles[work.owner], !owner.isSuperuser, work.isLinked else { continue }
            findings.append(
                .needed(
                    "may create roles (for the link)",
                    isThere: owner.isCreator,
                    in: work.database,
                    role: owner.name,
                    .creatingRoles(by: owner.name, in: work.database)
                )
            )
            if work.hasSleepers {
                findings.append(
                    .needed(
                        "may alter role \(work.linkRole ?? "-") (by which tasks wake processors that sleep)",
                        isThere: work.ringRemedy == nil,
                        in: work.database,
                        role: owner.name,
                        .grant(work.ringRemedy ?? "", in: work.database, by: .superuser)
                    )
                )
            }
            findings.append(
                .needed(
                    "usage on foreign data wrapper postgres_fdw",
                    isThere: work.ownerMayUseWrapper,
                    in: work.database,
                    role: owner.name,
                    .usingWrapper(by: owner.name, in: work.database)
                )
            )
        }
        return findings
    }

    /// What roles may do in our schemas is what their parts take.
    static let privileges = PermissionCheck { inspection in
        let cron = inspection.cron
        var findings: [PermissionFinding] = []
        if let owner = cron.owner {
            findings += compare(cron.privileges, in: cron.database, owner: owner, inspection.roles)
        }
        for work in inspection.works {
            findings += compare(work.privileges, in: work.database, owner: work.owner, inspection.roles)
        }
        return findings
    }

    private static func compare(
        _ facts: PrivilegeFacts,
        in database: String,
        owner: String,
        _ roles: [String: RoleFacts]
    ) -> [PermissionFinding] {
        let granted = Set(facts.granted)
        var wanted: [PrivilegeFacts.Granted: PrivilegeFacts.Wanted] = [:]
        for one in facts.wanted { wanted[.init(role: one.role, target: one.target)] = one }
        func executor(_ target: String) -> Remedy.Executor {
            target.isAboutCronItself ? .superuser : .role(owner)
        }
        var findings: [PermissionFinding] = []
        for (privilege, one) in wanted.sorted(by: { ($0.key.role, $0.key.target) < ($1.key.role, $1.key.target) }) {
            guard privilege.role != owner || privilege.target.isAboutCronItself, let role = roles[privilege.role] else {
                continue
            }
            findings.append(
                .needed(
                    "\(privilege.target) (\(one.part))",
                    isThere: granted.contains(privilege) || one.isHeld || role.isSuperuser,
                    in: database,
                    role: privilege.role,
                    .grant(privilege.target, to: privilege.role, in: database, by: executor(privilege.target))
                )
            )
        }
        for privilege in facts.granted.sorted(by: { ($0.role, $0.target) < ($1.role, $1.target) })
        where wanted[privilege] == nil {
            findings.append(
                PermissionFinding(
                    state: .superfluous,
                    database: database,
                    role: privilege.role,
                    text: privilege.target,
                    remedy: .grant(
                        "revoke \(privilege.target) from \(Identifier(privilege.role).quoted);",
                        in: database,
                        by: executor(privilege.target)
                    )
                )
            )
        }
        return findings
    }

    /// Nobody else's code is run when a result is kept.
    static let results = PermissionCheck { inspection in
        inspection.works.flatMap { work in
            work.processors.compactMap { processor in
                processor.resultsFault.map { fault in
                    .wrong(
                        fault.text,
                        in: work.database,
                        role: processor.runAs,
                        fault.remedy.map { Remedy(sql: $0, database: work.database, executor: .role(work.owner)) }
                    )
                }
            }
        }
    }

    /// Nobody could do harm with what the registry has, or depends on.
    static let dangers = PermissionCheck { $0.cron.dangers }

    /// Run-as roles may execute their handlers.
    static let handlers = PermissionCheck { inspection in
        inspection.works.flatMap { work in
            work.processors.flatMap { processor -> [PermissionFinding] in
                guard inspection.roles[processor.runAs] != nil else { return [] }
                guard let schema = processor.handlerSchema, let handlerOwner = processor.handlerOwner,
                    let schemaOwner = processor.schemaOwner
                else {
                    return [
                        .wrong(
                            "handler \(processor.handler) of processor \(processor.name) does not exist",
                            in: work.database,
                            Remedy(
                                sql: "update cronmill.processor set enabled = false where name = "
                                    + "\(processor.name.quotedLiteral);",
                                database: work.database,
                                executor: .role(work.owner)
                            )
                        )
                    ]
                }
                let usage = "usage on schema \(Identifier(schema).quoted)"
                let execute = "execute on function \(processor.handler)"
                return [
                    .needed(
                        "\(usage) (handler of \(processor.name))",
                        isThere: processor.mayUseSchema,
                        in: work.database,
                        role: processor.runAs,
                        .grant(usage, to: processor.runAs, in: work.database, by: .role(schemaOwner))
                    ),
                    .needed(
                        "\(execute) (handler of \(processor.name))",
                        isThere: processor.mayExecute,
                        in: work.database,
                        role: processor.runAs,
                        .grant(execute, to: processor.runAs, in: work.database, by: .role(handlerOwner))
                    ),
                ]
            }
        }
    }

    /// Nobody can put an object where a handler looks for names.
    static let searchPaths = PermissionCheck { inspection in
        inspection.works.flatMap { work in
            work.processors.flatMap { processor in
                processor.openSchemas.sorted { $0.key < $1.key }.map { schema, owner in
                    PermissionFinding(
                        state: .superfluous,
                        database: work.database,
                        role: "public",
                        text:
                            "create on schema \(Identifier(schema).quoted), in which handler \(processor.handler) looks "
                            + "for names",
                        remedy: .grant(
                            "revoke create on schema \(Identifier(schema).quoted) from public;",
                            in: work.database,
                            by: .role(owner)
                        )
                    )
                }
            }
        }
    }
}

extension String {
    /// Whether a privilege is about pg_cron's schema, not ours.
    fileprivate var isAboutCronItself: Bool {
        self.hasSuffix(" on schema cron") || contains(" on routine cron.") || contains(" on table cron.")
    }
}
