/**
 * Every limit of the core, with its reason. A capture is untrusted: without these, a few crafted frames could take all memory or time.
 * Reaching a limit is an event that the user sees. Each layer declares which limits it needs; this table is the only place with numbers.
 */

export const LIMITS = {
  live: {
    /** Bytes of frames that wait for what shows them, such as a terminal that scrolls slowly: some minutes of busy traffic. Beyond it they are counted, and not shown. */
    queuedBytes: 268_435_456,
  },
  capture: {
    /** The longest record of a pcap file that claims no larger snapshot length: the most that libpcap itself captures. */
    frameBytes: 262_144,
    /** The longest record of any file, and so the most that is held of one: many times what a network sends as one frame (512 KiB with BIG TCP). */
    recordBytes: 16_777_216,
    /** Interfaces of one pcapng section. A host full of containers has some thousands; each costs about 300 bytes. */
    interfaces: 16_384,
    /** Bytes kept of an interface's name. Linux allows 15, Windows names take about 80. */
    nameBytes: 256,
    /** Comments in a capture file and their bytes: what a person has written, not what a crafted file repeats. */
    comments: 10_000,
    commentBytes: 1_048_576,
    /** Decryption secrets and their bytes: a TLS key log takes about 200 bytes a session, so this serves some 40,000 sessions. */
    secrets: 10_000,
    secretBytes: 8_388_608,
  },
  network: {
    /** Real stacks of tags, labels and tunnels have fewer than 20; each header may be only 2 bytes, so a crafted frame could hold thousands. */
    headers: 32,
    /** Packets whose fragments are collected at once. With the time-out this is about 30 new ones a second, should none be completed. */
    openPackets: 1_024,
    /** Bytes for all fragments: what Linux allows by default (net.ipv4.ipfrag_high_thresh). */
    fragmentBytes: 4_194_304,
    /** Pieces of one packet that are apart from each other: the largest packet in fragments of 576 bytes, every second one missing, has 60. */
    fragmentPieces: 64,
    /** 30 s, as Linux has it (net.ipv4.ipfrag_time). RFC 791 §3.2 begins with 15 s, RFC 1122 §3.3.2 asks for 60 s to 120 s. */
    fragmentTimeout: 30_000_000_000,
    /** Completed packets that are remembered to know their fragments again: the second copy of a frame comes within a few frames. */
    completedPackets: 64,
    /** Messages of one problem code; nobody reads more, and the count goes on. */
    problemMessages: 100,
  },
  tcp: {
    /** Bytes of one direction that wait behind a hole: more than a usual receive window, so that one lost frame never ends the search early. */
    waitingBytes: 4_194_304,
    /** Runs of such bytes. Each insertion walks the list, so this bounds the work that crafted tiny segments can cause. */
    waitingRuns: 1_024,
    /** What all that waits takes in all connections together, the runs themselves included, for most hold a few bytes: half of the memory that the whole program may take. */
    waitingMemoryTotal: 67_108_864,
    /** 100 ms: what was swapped on the way comes within a few milliseconds; after that, acknowledged bytes are lost to the capture. */
    lostAfter: 100_000_000,
    /** The same in frames of the connection, for captures without times or with clocks that stand still. */
    lostAfterFrames: 64,
    /** 10 s: where nothing of the other end is captured, nobody says that bytes were acknowledged; what was lost on the way is sent again within some seconds. */
    unheardAfter: 10_000_000_000,
    /** Connections at once. Above it the silent ones go, so that a port scan cannot take all memory: about 1 kB each. */
    connections: 262_144,
    /** 60 s: an ended connection is remembered this long (2 MSL as Linux has it), so that late segments are not taken for a new one. */
    endedKept: 60_000_000_000,
    /** 28 hours without a frame: the longest Keep Alive is 18.2 hours, and the server closes after one and a half times that (MQTT 5.0 §3.1.2.10). */
    silentHours: 28,
    /** Segments and bytes whose content is remembered, to tell frames captured twice and honest repetitions from differing ones. Powers of two. */
    historySegments: 2_048,
    historyBytes: 1_048_576,
  },
  mqtt: {
    /** Bytes of a payload that are kept for display. A screen or a log line shows no more; `--payload-bytes` changes it. */
    payloadKept: 4_096,
    /** A packet up to this size is decoded whole. Real ones other than PUBLISH are far smaller; of a larger PUBLISH the payload goes by in chunks. */
    decodedBytes: 1_048_576,
    /** Distinct texts (topics, filters, client identifiers) that are kept decoded and examined: the live topics of a large site. More only cost time. */
    internedTexts: 16_384,
    /** Their bytes together: 64 for each. */
    internedBytes: 1_048_576,
    /** Longer texts are decoded each time they appear. Topics in use rarely have more than 100 bytes. */
    internedTextBytes: 256,
    /** Problems listed for one packet. A device breaks a handful of rules; a crafted megabyte could break half a million. */
    problemsPerPacket: 50,
    /** Bytes of unfinished packets in all connections together. Only bytes that were really sent count, not declared lengths. */
    unfinishedBytesTotal: 67_108_864,
    /** Bytes among which a packet boundary is searched at once: room for some packets of usual size. */
    searchWindow: 65_536,
    /** Segments remembered of one unfinished packet, to say which frames carried it: enough for 90 MB in full-sized segments. */
    pieces: 65_536,
    /** Characters of the topics behind the aliases of one direction: 10,000 topics of 100 characters. */
    aliasedTopics: 1_048_576,
  },
  session: {
    /** Exchanges without an end, in all connections together: one for each of 100,000 clients, and more for some. Measured at 1.2 kB each. */
    openExchanges: 131_072,
    /** PINGREQs of one connection that wait for an answer: where the capture shows no answers, the oldest are given up. */
    openPings: 100,
    /** Sessions of clients, those that are away as well: as many as connections. */
    clientSessions: 262_144,
    /** 28 hours of absence, as for connections: a device that reports once a day comes back before. */
    absentHours: 28,
    /** The same of a Session that has ended: long enough to see a client that connects too often, or too late. */
    overHours: 2,
    /** Subscriptions of all clients, those gone lately as well: one for each Session, or many for some of them. */
    subscriptions: 262_144,
    /** Of one client, those that are gone and still known, since messages for them may wait in queues: more than a program ends at once. */
    goneSubscriptions: 64,
    /** Subscriptions told of one connection, those that ended on it as well: more than anybody reads, 0.1 kB each. */
    subscriptionPeriods: 1_024,
    /** The same of all connections that go on: as many as subscriptions. */
    subscriptionPeriodsTotal: 262_144,
    /** Levels of a topic filter: servers allow 7 to 200. Each level is a node of the tree, so a crafted filter of 64 KiB would take megabytes. */
    filterLevels: 256,
    /** SUBSCRIBEs and UNSUBSCRIBEs of one connection without an answer: programs wait for it after a few. */
    openRequests: 256,
    /** Addresses of servers: a capture shows a handful; each has a tree of filters and a table of topics. */
    servers: 4_096,
    /** Publications remembered: those that wait for copies, and as many of those that were told, for copies that come late. */
    publications: 32_768,
    /** Copies of these that came or are expected: two for each. */
    copies: 65_536,
    /** Subscriptions that match one topic. Who should get a message with more of them is not followed. */
    matches: 65_536,
    /** Clients with subscriptions that match, remembered with the topics; finding them again takes microseconds. */
    rememberedMatches: 262_144,
    /** Topics remembered without a publication, for their retained message or for whose subscriptions match. */
    topics: 65_536,
    /** Copies that wait for their publication, each for `settling`: they do so only where the capture lacks publishers, or is in disorder. */
    parkedCopies: 4_096,
    /** Wills of connections, to know where a message may come from. */
    wills: 65_536,
    /** 20 s: within that a server that is alive sends a message on. The standard sets no time; servers do so within milliseconds. */
    copyDeadline: 20_000_000_000,
    /** 120 s: clients send a PINGREQ each minute mostly, and its answer shows that nothing is missing before it. */
    proofDeadline: 120_000_000_000,
    /** 1 s: after the last copy no further one is waited for; nodes of a cluster know of a subscription. */
    settling: 1_000_000_000,
    /** 100 ms: network cards with several queues, and captures put together, swap frames of different connections by less. */
    disorder: 100_000_000,
    /** More than an hour without a frame, or more than a second back: the clock was set. */
    clockForward: 3_600_000_000_000,
    clockBackward: 1_000_000_000,
    /** Objects of ended exchanges kept to be used again. Each keeps the connection that it served last in memory, so there are few. */
    spare: 1_024,
  },
  index: {
    /** Connections that packets of the terminal UI are told of: as many as its index has bits for, less one for those beyond. */
    connections: 4_194_303,
    /** Bytes of packets that the capture cannot give again because they came in disorder. Of others only the place is kept. */
    keptBytes: 67_108_864,
    /** As in `mqtt`. */
    pieces: 65_536,
  },
  clientTopics: {
    /** Topics counted of the client of one connection, for the terminal UI: a device has fewer than a hundred, a gateway some hundreds. 0.1 kB each. */
    topics: 256,
    /** Those of all connections that are open: one for each of 100,000 clients. */
    topicsTotal: 131_072,
    /** Their characters: 64 for each. A topic may have 65,535. */
    topicCharacters: 8_388_608,
  },
  conformance: {
    /** Findings of one rule that are kept with all that shows them: more than anybody reads of one defect; the count goes on. The first that breaks a statement is kept in any case. */
    findings: 100,
  },
  ladder: {
    /** Rows of all ladders that are being collected, 0.25 kB each: nobody reads more. Of a longer connection there are the first and the last ones. */
    rows: 50_000,
    /** Connections whose rows are collected at once: each still has its beginning and its end among the rows above. */
    connections: 4_096,
  },
  filter: {
    /** Characters of a display filter: room for a set of a thousand client identifiers. */
    textLength: 65_536,
    /** Groups in groups of a filter. People write fewer than ten; each level takes some kilobytes of stack. */
    nesting: 100,
    /** Pairs of values that one comparison of two fields of one packet tries: a crafted SUBSCRIBE may hold 300,000 filters, and so 10^11 pairs. */
    pairs: 262_144,
  },
  statistics: {
    /** Clients counted each for itself: those of a large site. Measured at 0.6 kB each. */
    clients: 131_072,
    /** Characters of their identifiers: 64 for each. An identifier may have 65,535. */
    clientCharacters: 8_388_608,
    /** Distributions of times of single clients, two for each client at most. Measured at 2.1 kB each, and 3.7 kB where times are spread over two powers of ten. */
    clientTimes: 16_384,
    /** Levels of topics counted each for itself, in all topics together: four times the texts that are kept decoded. Measured at 0.35 kB each. */
    topicLevels: 65_536,
    /** Characters of their names: 128 for each. A topic may have 65,535. */
    topicCharacters: 8_388_608,
    /** Those below one level: half of all, so that a topic for each message (of answers, of sessions) cannot take the place of everything else. */
    topicsBelow: 32_768,
    /** Levels of one topic; what is deeper is one level. Real topics have fewer than 16; a crafted one may have 65,536. */
    topicDepth: 32,
    /** Buckets of the rates: 100 for each column of a plot, so that a column can begin close to where the user wants it. Six numbers each. */
    rateBuckets: 8_192,
  },
} as const

export type Limits = typeof LIMITS
