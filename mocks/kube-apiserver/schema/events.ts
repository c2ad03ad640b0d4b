import { int32, microTime, object, shape, struct, text, time, topLevel } from './build.ts';
import { eventSource } from './core.ts';
import { objectMeta } from './meta.ts';
import { objectReference } from './reference.ts';

const pkg = 'io.k8s.api.events.v1';

const series = shape(`${pkg}.EventSeries`, 'A series of equal events.', {
  count: int32('How many, at least 2.', { required: true, keepEmpty: true }),
  lastObservedTime: microTime('When the last one was seen.', { required: true, keepEmpty: true }),
});

/** The same objects as core Events, in newer words. */
export const newEventSchema = topLevel(`${pkg}.Event`, 'Something that happened in the cluster.', objectMeta, {
  eventTime: microTime('When it was first seen.', { required: true, keepEmpty: true }),
  series: object(series, 'The series this event began.'),
  reportingController: text('Controller that tells, as a qualified name.'),
  reportingInstance: text('Instance of the controller.'),
  action: text('What was done or failed.'),
  reason: text('Short reason, for machines.'),
  regarding: struct(objectReference, 'The object the event is about.'),
  related: object(objectReference, 'A second object that took part.'),
  note: text('What happened, for people.'),
  type: text('Normal or Warning.'),
  deprecatedSource: struct(eventSource, 'Source in the words of core Events.'),
  deprecatedFirstTimestamp: time('First time in the words of core Events.', { keepEmpty: true }),
  deprecatedLastTimestamp: time('Last time in the words of core Events.', { keepEmpty: true }),
  deprecatedCount: int32('Count in the words of core Events.'),
});
