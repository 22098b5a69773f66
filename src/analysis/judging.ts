/** The judgement of a capture put before whatever else is told of it. */
import { Judge } from '../conformance/judge.ts'
import type { PipelineSink } from './pipeline.ts'

/** A sink that lets `judge` hear of everything, and then `sink`. */
export function judgedSink(judge: Judge, sink: PipelineSink): PipelineSink {
  return {
    ...sink,
    packet: (event, exchange) => {
      judge.packet(event, exchange)
      sink.packet(event, exchange)
    },
    exchange: (exchange) => {
      judge.exchange(exchange)
      sink.exchange?.(exchange)
    },
    over: (exchange, connection) => {
      judge.over(exchange, connection)
      sink.over?.(exchange, connection)
    },
    misfit: (misfit) => {
      judge.misfit(misfit)
      sink.misfit?.(misfit)
    },
    connection: (connection) => {
      judge.connection(connection)
      sink.connection?.(connection)
    },
    delivery: (result) => {
      judge.delivery(result)
      sink.delivery?.(result)
    },
    stored: (messages) => {
      judge.stored(messages)
      sink.stored?.(messages)
    },
    retained: (answer) => {
      judge.retained(answer)
      sink.retained?.(answer)
    },
    will: (result) => {
      judge.will(result)
      sink.will?.(result)
    },
    gap: (connection, ...rest) => {
      judge.gap(connection)
      sink.gap?.(connection, ...rest)
    },
    conflict: (connection, sender, length, frame, time) => {
      judge.conflict(connection, sender, length, frame, time)
      sink.conflict?.(connection, sender, length, frame, time)
    },
    tick: (time) => {
      judge.tick(time)
      sink.tick?.(time)
    },
    captureEnds: (time) => {
      judge.captureEnds(time)
      sink.captureEnds?.(time)
    },
  }
}
