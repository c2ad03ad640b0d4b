/** What an expression of PromQL names, as far as it has to exist: metrics with the labels that they are selected by. */
export interface Named {
  readonly metrics: readonly { readonly name: string; readonly matchers: readonly Matcher[] }[];
  /** Labels that results are grouped by. */
  readonly groupings: readonly string[];
}

export interface Matcher {
  readonly label: string;
  readonly op: string;
  readonly value: string;
}

const token =
  /\s+|"(?:[^"\\]|\\.)*"|\d+(?:\.\d+)?(?:ms|[smhdwy])?|[A-Za-z_]\w*|\$\w+|=~|!~|!=|==|>=|<=|[-+*/%^<>=(){}[\],]/y;
const functions = new Set('absent avg count histogram_quantile increase max min rate sum time topk'.split(' '));
const grouping = new Set(['by', 'without', 'on', 'ignoring']);
const operators = new Set(['and', 'or', 'unless']);

/** Throws for what is not PromQL as it is used here. https://prometheus.io/docs/prometheus/latest/querying/basics/ */
export function namedIn(expression: string): Named {
  const tokens = tokensOf(expression);
  const metrics: { name: string; matchers: Matcher[] }[] = [];
  const groupings: string[] = [];
  const open: string[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const [text = '', next] = [tokens[at], tokens[at + 1]];
    if ('([{'.includes(text)) open.push(text);
    else if (')]}'.includes(text)) {
      if (`${open.pop()}${text}` !== { ')': '()', ']': '[]', '}': '{}' }[text])
        throw new Error(`${text} in ${expression}`);
    } else if (!/^[A-Za-z_]/.test(text) || operators.has(text)) continue;
    else if (grouping.has(text)) {
      const end = tokens.indexOf(')', at);
      groupings.push(...tokens.slice(at + 2, end).filter((each) => each !== ','));
      at = end;
    } else if (functions.has(text)) {
      if (next !== '(' && !grouping.has(next ?? '')) throw new Error(`${text} without arguments in ${expression}`);
    } else {
      const end = next === '{' ? tokens.indexOf('}', at) : at;
      if (end < 0) throw new Error(`{ without } in ${expression}`);
      metrics.push({ name: text, matchers: matchersIn(tokens.slice(at + 2, end)) });
      at = end;
    }
  }
  if (open.length > 0) throw new Error(`${open.join('')} stays open in ${expression}`);
  return { metrics, groupings };
}

function tokensOf(expression: string): string[] {
  token.lastIndex = 0;
  const tokens: string[] = [];
  while (token.lastIndex < expression.length) {
    const at = token.lastIndex;
    const found = token.exec(expression)?.[0];
    if (found === undefined) throw new Error(`no PromQL from ${at} on: ${expression}`);
    if (found.trim() !== '') tokens.push(found);
  }
  return tokens;
}

function matchersIn(tokens: readonly string[]): Matcher[] {
  const matchers: Matcher[] = [];
  for (let at = 0; at < tokens.length; at += 4) {
    const [label = '', op = '', value = '', comma = ','] = tokens.slice(at, at + 4);
    if (!['=', '!=', '=~', '!~'].includes(op) || !value.startsWith('"') || comma !== ',') {
      throw new Error(`no matcher: ${tokens.join(' ')}`);
    }
    matchers.push({ label, op, value: value.slice(1, -1) });
  }
  return matchers;
}
