import { expect } from 'vitest';
import type { Step } from './gcloud-process.ts';

/** Commands that expectSteps one another. Lanes share a mock and no names, so that they may run side by side. */
export type Lanes = Readonly<Record<string, readonly Step[]>>;

/** One way through firewall rules and load balancers. */
export const mainLanes: Lanes = {
  'firewall rules, as in the seed': [
    [
      'compute firewall-rules create kubia-svc-rule --allow=tcp:30123',
      [{ name: 'kubia-svc-rule', direction: 'INGRESS', priority: 1000 }],
    ],
    ['compute firewall-rules update kubia-svc-rule --source-ranges=10.0.0.0/8', /Updated/],
    [
      "compute firewall-rules list --filter='name~^kubia AND direction=INGRESS'",
      [{ sourceRanges: ['10.0.0.0/8'], allowed: [{ IPProtocol: 'tcp', ports: ['30123'] }] }],
    ],
    ['compute firewall-rules delete kubia-svc-rule', /Deleted/],
    [
      '! compute firewall-rules describe kubia-svc-rule',
      /'projects\/p1\/global\/firewalls\/kubia-svc-rule' was not found/,
    ],
  ],
  'an external load balancer with a backend service': [
    [
      'compute health-checks create tcp kubia --region=us-central1 --port=30123',
      [{ tcpHealthCheck: { port: 30_123 } }],
    ],
    ['compute instance-groups unmanaged create kubia', [{ size: 0 }]],
    ['compute instance-groups unmanaged add-instances kubia --instances=vm,vm2', /Updated/],
    [
      'compute backend-services create kubia --region=us-central1 --load-balancing-scheme=external --protocol=TCP --health-checks=kubia --health-checks-region=us-central1',
      [{ protocol: 'TCP', loadBalancingScheme: 'EXTERNAL' }],
    ],
    [
      'compute backend-services add-backend kubia --region=us-central1 --instance-group=kubia --instance-group-zone=us-central1-a',
      /Updated/,
    ],
    [
      'compute forwarding-rules create kubia --load-balancing-scheme=external --backend-service=kubia --ports=80',
      /Created/,
    ],
    [
      'compute backend-services get-health kubia --region=us-central1',
      [{ status: { healthStatus: [{ healthState: 'HEALTHY' }, { healthState: 'HEALTHY' }] } }],
    ],
    ['! compute health-checks delete kubia --region=us-central1', /is already being used by/],
    ['compute forwarding-rules list --filter=name=kubia', [{ IPProtocol: 'TCP', portRange: '80-80' }]],
  ],
};

const shared = '--purpose=SHARED_LOADBALANCER_VIP';
const bs = '--region=us-central1';
const ig = '--instance-group=group --instance-group-zone=us-central1-a';

/** Every command of the kinds that the mock serves. */
export const allLanes: Lanes = {
  addresses: [
    ['compute addresses create a1 a2 --region=us-central1', [{ name: 'a1', status: 'RESERVED' }, { name: 'a2' }]],
    ['! compute addresses create a1 --region=us-central1', /already exists/],
    ['compute addresses create a-global --global', [{ name: 'a-global', networkTier: 'PREMIUM' }]],
    ['compute addresses create a-six --global --ip-version=IPV6', [{ ipVersion: 'IPV6' }]],
    ['compute addresses create a-in --subnet=default', [{ addressType: 'INTERNAL', purpose: 'GCE_ENDPOINT' }]],
    ['compute addresses create a-given --subnet=default --addresses=10.128.0.77', [{ address: '10.128.0.77' }]],
    ['! compute addresses create a-far --subnet=default --addresses=192.168.0.1', /Invalid value for field/],
    [`compute addresses create a-shared --subnet=default ${shared}`, [{ purpose: 'SHARED_LOADBALANCER_VIP' }]],
    ['compute addresses create a-standard --network-tier=STANDARD', [{ networkTier: 'STANDARD' }]],
    [
      'compute addresses create a-netlb --subnet=default --ip-version=IPV6 --endpoint-type=NETLB',
      [{ ipv6EndpointType: 'NETLB', prefixLength: 96 }],
    ],
    [
      'compute addresses create a-peering --global --purpose=VPC_PEERING --addresses=10.200.0.0 --prefix-length=16 --network=default',
      [{ purpose: 'VPC_PEERING', address: '10.200.0.0', prefixLength: 16 }],
    ],
    ['compute addresses describe a1', { name: 'a1', addressType: 'EXTERNAL' }],
    ['beta compute addresses update a1 --update-labels=team=x', /Updating labels/],
    ["compute addresses list --filter='labels.team=x'", [{ name: 'a1', labels: { team: 'x' } }]],
    ["compute addresses list --filter='name~^a[12]$' --sort-by=~name --limit=1 --page-size=1", [{ name: 'a2' }]],
    ['compute addresses list --global --uri', /global\/addresses\/a-global\n.*a-peering\n.*a-six\n/],
    ['compute addresses delete a1 a2', /Deleted .*a1\]\.\s+Deleted .*a2\]/],
    ['! compute addresses delete a1', /'projects\/p1\/regions\/us-central1\/addresses\/a1' was not found/],
  ],
  'firewall rules': [
    [
      'compute firewall-rules create f1 --allow=tcp:80,udp:53,icmp --source-ranges=10.0.0.0/8,192.168.0.0/16 --target-tags=node --priority=900 --description=hi --enable-logging',
      [{ priority: 900, targetTags: ['node'], logConfig: { enable: true }, allowed: [{}, {}, { IPProtocol: 'icmp' }] }],
    ],
    [
      'compute firewall-rules create f2 --action=deny --rules=all --direction=EGRESS --destination-ranges=1.2.3.4/32',
      [{ direction: 'EGRESS', denied: [{ IPProtocol: 'all' }], destinationRanges: ['1.2.3.4/32'] }],
    ],
    ['compute firewall-rules create f3 --allow=tcp --source-ranges=::/0', [{ sourceRanges: ['::/0'] }]],
    ['! compute firewall-rules create f4 --allow=tcp --source-ranges=::/0,10.0.0.0/8', /IPv4 and IPv6/],
    ['compute firewall-rules update f1 --allow=tcp:81 --disabled --no-enable-logging --priority=10', /Updated/],
    [
      'compute firewall-rules describe f1',
      { disabled: true, priority: 10, logConfig: { enable: false }, allowed: [{ IPProtocol: 'tcp', ports: ['81'] }] },
    ],
    [
      "compute firewall-rules list --filter='name~^f AND direction=INGRESS' --sort-by=priority --format='value(name)'",
      /^f1\nf3\n/,
    ],
    ['compute networks get-effective-firewalls default --format=json', /"name": "f1"/],
    ['compute firewall-rules delete f1 f2', /Deleted .*f1\]\.\s+Deleted .*f2\]/],
  ],
  'health checks': [
    ['compute health-checks create tcp h-tcp --port=80 --region=us-central1', [{ tcpHealthCheck: { port: 80 } }]],
    [
      'compute health-checks create http h-http --global --request-path=/x --check-interval=10 --timeout=4 --enable-logging',
      [{ httpHealthCheck: { requestPath: '/x' }, checkIntervalSec: 10, logConfig: { enable: true } }],
    ],
    ['compute health-checks create https h-https --global --port=8443', [{ httpsHealthCheck: { port: 8443 } }]],
    ['compute health-checks create http2 h-http2 --global --use-serving-port', [{ type: 'HTTP2' }]],
    [
      'compute health-checks create ssl h-ssl --region=us-central1 --request=a --response=b --proxy-header=PROXY_V1',
      [{ sslHealthCheck: { request: 'a', response: 'b', proxyHeader: 'PROXY_V1' } }],
    ],
    [
      'compute health-checks create grpc h-grpc --region=us-central1 --port=50 --grpc-service-name=x',
      [{ grpcHealthCheck: { port: 50, grpcServiceName: 'x' } }],
    ],
    ['! compute health-checks create tcp h-bad --global --timeout=20 --check-interval=10', /timeout/i],
    ['compute health-checks update tcp h-tcp --region=us-central1 --port=81 --unhealthy-threshold=3', /Updated/],
    ['compute health-checks update http h-http --global --host=abc --no-enable-logging', /Updated/],
    ['compute health-checks update grpc h-grpc --region=us-central1 --port=99', /Updated/],
    [
      'compute health-checks describe h-tcp --region=us-central1',
      { tcpHealthCheck: { port: 81 }, unhealthyThreshold: 3 },
    ],
    ['compute health-checks list --protocol=http', [{ httpHealthCheck: { host: 'abc', requestPath: '/x' } }]],
    ['compute health-checks delete h-ssl --region=us-central1', /Deleted/],
    ['compute https-health-checks create h-olds', [{ port: 443 }]],
    ['compute https-health-checks list', [{ name: 'h-olds' }]],
  ],
  'target pools': [
    ['compute http-health-checks create old --port=10256 --request-path=/healthz', [{ port: 10_256 }]],
    ['compute http-health-checks update old --check-interval=9 --host=x', /Updated/],
    ['compute http-health-checks describe old', { checkIntervalSec: 9, host: 'x' }],
    ['compute http-health-checks list', [{ name: 'old' }]],
    ['compute target-pools create t1 --http-health-check=old --session-affinity=CLIENT_IP', [{ name: 't1' }]],
    ['compute target-pools create t2 --backup-pool=t1 --failover-ratio=0.5', [{ failoverRatio: 0.5 }]],
    ['compute target-pools add-instances t1 --instances=vm,vm2', /Updated/],
    ['compute target-pools remove-instances t1 --instances=vm2', /Updated/],
    ['compute target-pools get-health t1', [{ healthStatus: [{ healthState: 'HEALTHY' }] }]],
    ['compute target-pools remove-health-checks t1 --http-health-check=old', /Updated/],
    ['compute target-pools add-health-checks t1 --http-health-check=old', /Updated/],
    ['! compute http-health-checks delete old', /http_health_check resource .* is already being used by/],
    ['compute target-pools set-backup t2 --no-backup-pool', /Updated/],
    ['compute forwarding-rules create t-rule --target-pool=t1 --ports=80-90 --ip-protocol=UDP', /Created/],
    ['compute forwarding-rules set-target t-rule --target-pool=t2', /Updated/],
    ['compute forwarding-rules describe t-rule', { portRange: '80-90', target: expect.stringMatching(/t2$/) }],
    ["compute target-pools list --filter='name~^t'", [{ name: 't1' }, { name: 't2' }]],
    ['! compute target-pools delete t2', /target_pool resource .* is already being used by/],
    ['compute target-pools delete t1', /Deleted/],
  ],
  'instance groups, backend services and forwarding rules': [
    ['compute instance-groups unmanaged create group', [{ name: 'group', size: 0 }]],
    ['compute instance-groups unmanaged add-instances group --instances=vm,vm2', /Updated/],
    ['compute instance-groups unmanaged remove-instances group --instances=vm2', /Updated/],
    ['compute instance-groups unmanaged list-instances group', [{ status: 'RUNNING' }]],
    ['compute instance-groups unmanaged set-named-ports group --named-ports=http:80,x:90', /Updated/],
    ['compute instance-groups get-named-ports group', [{ name: 'http', port: 80 }, { name: 'x' }]],
    ['compute instance-groups describe group', { size: 1, namedPorts: [{ port: 80 }, { port: 90 }] }],
    ['compute instance-groups list --filter=name=group', [{ name: 'group', isManaged: 'No' }]],
    ['compute health-checks create tcp group --region=us-central1', [{ type: 'TCP' }]],
    ['compute health-checks create tcp group --global', [{ type: 'TCP' }]],
    [
      `compute backend-services create b1 ${bs} --load-balancing-scheme=external --protocol=TCP --health-checks=group --health-checks-region=us-central1`,
      [{ name: 'b1' }],
    ],
    [
      `compute backend-services create b-in ${bs} --load-balancing-scheme=internal --protocol=UDP --health-checks=group --health-checks-region=us-central1 --session-affinity=CLIENT_IP --connection-draining-timeout=30`,
      [{ sessionAffinity: 'CLIENT_IP', connectionDraining: { drainingTimeoutSec: 30 } }],
    ],
    [
      `compute backend-services create b-any ${bs} --load-balancing-scheme=external --protocol=UNSPECIFIED --health-checks=group --health-checks-region=us-central1 --session-affinity=CLIENT_IP_PROTO --tracking-mode=PER_SESSION --idle-timeout-sec=100`,
      [{ connectionTrackingPolicy: { trackingMode: 'PER_SESSION', idleTimeoutSec: 100 } }],
    ],
    [
      'compute backend-services create b-global --global --protocol=HTTP --health-checks=group --global-health-checks --port-name=http',
      [{ portName: 'http' }],
    ],
    [`compute backend-services add-backend b1 ${bs} ${ig}`, /Updated/],
    [`compute backend-services update-backend b1 ${bs} ${ig} --description=xx`, /Updated/],
    [
      `compute backend-services update b1 ${bs} --session-affinity=CLIENT_IP --connection-draining-timeout=10`,
      /Updated/,
    ],
    [
      `compute backend-services describe b1 ${bs}`,
      {
        backends: [{ description: 'xx', balancingMode: 'CONNECTION' }],
        connectionDraining: { drainingTimeoutSec: 10 },
      },
    ],
    [`compute backend-services add-backend b-global --global ${ig} --balancing-mode=RATE --max-rate=100`, /Updated/],
    [`compute backend-services get-health b1 ${bs}`, [{ status: { healthStatus: [{ healthState: 'HEALTHY' }] } }]],
    ['compute backend-services get-health b-global --global', [{ status: { healthStatus: [{}] } }]],
    ["compute backend-services list --filter='name=b1' --uri", /regions\/us-central1\/backendServices\/b1/],
    ['compute addresses create b-address', [{ name: 'b-address' }]],
    [
      'compute forwarding-rules create r1 --load-balancing-scheme=external --backend-service=b1 --ports=80,443 --address=b-address',
      /Created/,
    ],
    ['compute addresses describe b-address', { status: 'IN_USE', users: [expect.stringMatching(/r1$/)] }],
    [
      'compute forwarding-rules create r-any --load-balancing-scheme=external --backend-service=b-any --ports=all --ip-protocol=L3_DEFAULT',
      /Created/,
    ],
    [
      'compute forwarding-rules create r-in --load-balancing-scheme=internal --backend-service=b-in --ports=53 --ip-protocol=UDP --subnet=default --allow-global-access',
      /Created/,
    ],
    [
      '! compute forwarding-rules create r-bad --load-balancing-scheme=external --backend-service=b1 --ports=1,2,3,4,5,6',
      /resource\.ports/,
    ],
    ['compute forwarding-rules update r-in --no-allow-global-access', /Updated/],
    ['compute forwarding-rules update r1 --update-labels=a=b', /Updated/],
    [
      'compute forwarding-rules describe r-in',
      { allowGlobalAccess: false, ports: ['53'], loadBalancingScheme: 'INTERNAL' },
    ],
    ["compute forwarding-rules list --filter='labels.a=b'", [{ name: 'r1', ports: ['80', '443'] }]],
    [
      '! compute backend-services delete b1 --region=us-central1',
      /backend_service resource .* is already being used by/,
    ],
    ['compute forwarding-rules delete r1 r-any r-in', /Deleted/],
    [`compute backend-services remove-backend b1 ${bs} ${ig}`, /Updated/],
    [`compute backend-services delete b1 ${bs}`, /Deleted/],
  ],
  'network endpoint groups': [
    [
      'compute network-endpoint-groups create neg --network-endpoint-type=gce-vm-ip --network=default --subnet=default',
      { networkEndpointType: 'GCE_VM_IP' },
    ],
    [
      'compute network-endpoint-groups update neg --add-endpoint=instance=vm --add-endpoint=instance=vm2',
      /Attaching 2/,
    ],
    ['compute network-endpoint-groups update neg --remove-endpoint=instance=vm2', /Detaching/],
    [
      'compute network-endpoint-groups list-network-endpoints neg',
      [{ networkEndpoint: { instance: expect.stringMatching(/instances\/vm$/) } }],
    ],
    ['compute network-endpoint-groups describe neg', { size: 1 }],
    ['compute network-endpoint-groups delete neg', /Deleted/],
  ],
  'instances, networks and places': [
    [
      'compute instances create new --image-family=debian-12 --image-project=debian-cloud --machine-type=e2-small --tags=a,b --labels=x=y',
      [{ status: 'RUNNING', networkInterfaces: [{ accessConfigs: [{ natIP: expect.any(String) }] }] }],
    ],
    ['compute instances create bare --no-address --metadata=foo=bar', [{ name: 'bare', metadata: { items: [{}] } }]],
    ['compute instances add-tags new --tags=c', /Updated/],
    ['compute instances remove-tags new --tags=a', /Updated/],
    ['compute instances add-labels new --labels=z=1', /Updating labels/],
    ['compute instances add-metadata new --metadata=k=v', /Updated/],
    [
      'compute instances describe new',
      { tags: { items: ['b', 'c'] }, labels: { x: 'y', z: '1' }, metadata: { items: [{ key: 'k', value: 'v' }] } },
    ],
    ["compute instances list --filter='tags.items=c AND zone:us-central1-a'", [{ name: 'new' }]],
    ['compute instances stop new', /done/],
    ['compute instances start new', /done/],
    ['compute instances delete new bare', /Deleted/],
    ['compute networks create net --subnet-mode=custom', [{ autoCreateSubnetworks: false }]],
    ['compute networks subnets create sub --network=net --range=10.5.0.0/24', [{ gatewayAddress: '10.5.0.1' }]],
    ['compute networks subnets update sub --enable-private-ip-google-access', /Updated/],
    ['compute networks subnets expand-ip-range sub --prefix-length=22', /Updated/],
    ['compute networks subnets update sub --stack-type=IPV4_IPV6 --ipv6-access-type=EXTERNAL', /Updated/],
    [
      'compute networks subnets describe sub',
      { ipCidrRange: '10.5.0.0/22', privateIpGoogleAccess: true, stackType: 'IPV4_IPV6' },
    ],
    ["compute networks subnets list --filter='name=sub'", [{ name: 'sub' }]],
    ['! compute networks delete net', /network resource .* is already being used by/],
    ['compute networks subnets delete sub', /Deleted/],
    ['compute networks delete net', /Deleted/],
    ['compute zones list', [{ name: 'us-central1-a' }, {}, {}]],
    ['compute regions describe us-central1', { status: 'UP', quotas: expect.any(Array) }],
    ['compute project-info describe', { name: 'p1' }],
    ["compute operations list --filter='operationType=insert' --limit=2", [{ status: 'DONE' }, { status: 'DONE' }]],
  ],
};
