/** What the rules about packets that do not fit their exchanges have in common (session/misfit.ts). */
import type { Exchange, ExchangeKind } from '../../session/exchange.ts'
import type { MisfitKind } from '../../session/misfit.ts'
import type { Certainty } from '../../session/side.ts'
import { MISSING } from '../evidence.ts'
import { rule, type Rule } from '../rule.ts'
import type { MisfitSubject } from '../subject.ts'

/** Of what one exchange shows by itself. */
export const BOTH_DIRECTIONS = MISSING.clientDirection | MISSING.serverDirection
/** Of what only all packets of a connection show. */
export const WHOLE_CONNECTION = BOTH_DIRECTIONS | MISSING.start | MISSING.clientBytes | MISSING.serverBytes

type Definition = Pick<Rule<'misfit'>, 'id' | 'title' | 'statements' | 'severity' | 'sides' | 'says' | 'severityHere'> & {
  readonly kind: MisfitKind
  readonly exercisedBy: NonNullable<Rule['exercisedBy']>
  readonly needs?: number
  /** Which packets of the kind, where that is not all of them. */
  readonly among?: (subject: MisfitSubject) => boolean
  /** At most. */
  readonly certainty?: Certainty
}

/** A rule that such a packet breaks. Without a doubt it is certain, but where an earlier connection, or a packet on its way, may explain it. */
export function misfitRule({ kind, needs = BOTH_DIRECTIONS, among = () => true, certainty = 'certain', ...rest }: Definition): Rule {
  return rule({
    ...rest,
    on: 'misfit',
    needs,
    applies: (subject) => subject.misfit.kind === kind && rest.sides.includes(subject.side) && among(subject),
    lacks: ({ misfit }) => misfit.doubt,
    holds: () => false,
    certainty: ({ misfit }) => (misfit.inherited || misfit.close ? 'likely' : certainty),
    shownBy: ({ misfit: { against, swapped } }) => [against?.frame, swapped?.steps[0]?.frame].filter((frame) => frame !== undefined),
  })
}

/** `PUBLISH 7 of QoS 1`. */
export function requestText({ kind, packetIdentifier }: Pick<Exchange, 'kind' | 'packetIdentifier'>): string {
  return `${REQUESTS[kind][0]} ${packetIdentifier}${REQUESTS[kind][1]}`
}

const REQUESTS: Readonly<Record<ExchangeKind, readonly [string, string]>> = {
  connect: ['CONNECT', ''], 'publish-qos1': ['PUBLISH', ' of QoS 1'], 'publish-qos2': ['PUBLISH', ' of QoS 2'], subscribe: ['SUBSCRIBE', ''],
  unsubscribe: ['UNSUBSCRIBE', ''], ping: ['PINGREQ', ''], authenticate: ['AUTH', ''],
}
