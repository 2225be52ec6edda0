// Teambition's official Node client (tws-auth) calls the simulator: it signs the tokens, sets the headers, joins the
// addresses and reads the errors; and it verifies the tokens that the simulator issues.

const assert = require('node:assert/strict');
const { createHmac } = require('node:crypto');
const { createServer } = require('node:http');
const { Client } = require('tws-auth');

const connection = JSON.parse(process.env.SIM_CONNECTION);
const app = connection.teambition;
const user = (key) => connection.people.find((person) => person.key === key).teambition.user_id;

async function control(path, body) {
  const options = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
  const answer = await fetch(`${app.web_url}/sim/${path}`, options);
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

async function refused(status, call) {
  const error = await call.then(() => assert.fail(`expected ${status}`), (error) => error);
  assert.equal(error.statusCode, status, error.message);
  return error;
}

/** What the webhook hears, checked with the client's own secret. */
function listener(heard) {
  const server = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      const right = createHmac('sha256', app.app_secret).update(body).digest('hex');
      assert.equal(request.headers['x-signature'], right);
      heard.push({ headers: request.headers, body: JSON.parse(body) });
      response.end();
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

async function eventually(check) {
  for (let tries = 0; tries < 500; tries += 1) {
    if (check()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail('it did not happen within ten seconds');
}

async function main() {
  const plain = new Client({ appId: app.app_id, appSecrets: [app.app_secret], host: app.base_url, timeout: 10000 });
  const tenant = plain.withTenant(app.organization_id);
  const client = tenant.withOperator(user('hejing'));

  // Tokens: the client's own are taken, and the simulator's are verified by the client.
  const issued = await plain.post('/appToken', { appId: app.app_id, appSecret: app.app_secret });
  assert.equal(plain.verifyToken(issued.result.appToken)._appId, app.app_id);
  const stranger = new Client({ appId: app.app_id, appSecrets: ['wrong'], host: app.base_url });
  await refused(401, stranger.withTenant(app.organization_id).get('/org/info'));
  const rotated = new Client({ appId: app.app_id, appSecrets: ['newer', app.app_secret], host: app.base_url });
  await control('teambition/settings', { further_secrets: ['newer'] });
  assert.equal((await rotated.withTenant(app.organization_id).get('/org/info')).result.orgId, app.organization_id);

  // A task, its changes, and what is heard of them.
  const heard = [];
  const server = await listener(heard);
  await control('teambition/webhook', { url: `http://127.0.0.1:${server.address().port}/hook` });
  const made = await client.post('/v3/task/create', { projectId: app.project_id, content: '官方客户端建的任务', executorId: user('liqiang') });
  assert.equal(made.code, 200);
  const id = made.result.taskId;
  const changed = await client.put(`/v3/task/${id}/taskflowstatus`, { taskflowstatusId: app.statuses['进行中'] });
  assert.equal(changed.result.taskflowstatusId, app.statuses['进行中']);
  await client.post(`/v3/task/${id}/comment`, { content: '看到了', renderMode: 'markdown' });
  const read = await client.get('/v3/task/query', { taskId: id });
  assert.deepEqual([read.result[0].content, read.result[0].executorId, read.result[0].tfsId], ['官方客户端建的任务', user('liqiang'), app.statuses['进行中']]);
  const found = await tenant.get(`/v3/project/${app.project_id}/task/query`, { q: `executorId = '${user('liqiang')}' AND isDone = false ORDER BY updated ASC` });
  assert.equal(found.totalSize, 1);
  await control('teambition/act', { person: 'liqiang', method: 'PUT', path: `/v3/task/${id}/content`, body: { content: '改名' } });
  await eventually(() => heard.length === 3);
  assert.deepEqual(heard.map(({ body }) => body.event), ['v3.task.create', 'v3.task.taskflowstatus.update', 'v3.task.content.update']);
  assert.deepEqual(heard.map(({ headers }) => headers['x-trigger-from-me']), ['true', 'true', 'false']);
  server.close();
  server.closeAllConnections();

  // Errors, in each form: the client reads the status, and `x-http-status` when the gateway hides it.
  const missing = () => client.put(`/v3/task/${'0'.repeat(24)}/content`, { content: 'x' });
  const error = await refused(404, missing());
  assert.equal(error.body.code, 404);
  await control('teambition/settings', { errors: 'header' });
  await refused(404, missing());
  await control('teambition/settings', { errors: 'body' });
  assert.equal((await missing()).code, 404);
  await control('teambition/settings', { errors: 'status' });
  const misdirected = await refused(421, tenant.get('/no/such/route'));
  assert.equal(misdirected.name, 'MisdirectedRequest');

  // The prefix of private deployments, and people page by page.
  const gateway = tenant.withService({}, app.private_base_url);
  const people = [];
  let pageToken;
  do {
    const page = await gateway.get('/org/member/list', { pageSize: 4, pageToken });
    people.push(...page.result);
    pageToken = page.nextPageToken;
  } while (pageToken);
  assert.equal(people.length, connection.people.length);
}

main().then(() => console.log('ok'), (error) => {
  console.error(error);
  process.exit(1);
});
