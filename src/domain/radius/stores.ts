/** Ports at which data is kept, as IANA or their makers name them; the first of a name is its usual one. */
const ports: readonly (readonly [port: number, name: string])[] = [
  [5432, 'PostgreSQL'],
  [3306, 'MySQL'],
  [6379, 'Redis'],
  [27017, 'MongoDB'],
  [1433, 'SQL Server'],
  [1521, 'Oracle'],
  [2379, 'etcd'],
  [9200, 'Elasticsearch'],
  [9042, 'Cassandra'],
  [9092, 'Kafka'],
  [5672, 'AMQP'],
  [11211, 'Memcached'],
  [8200, 'Vault'],
  [8123, 'ClickHouse'],
  [7687, 'Neo4j'],
  [5984, 'CouchDB'],
  [8086, 'InfluxDB'],
  [26257, 'CockroachDB'],
];

/** How images and ports are called that keep such data. */
const words: readonly (readonly [word: string, name: string])[] = [
  ['postgres', 'PostgreSQL'],
  ['postgresql', 'PostgreSQL'],
  ['postgis', 'PostgreSQL'],
  ['mysql', 'MySQL'],
  ['mariadb', 'MySQL'],
  ['redis', 'Redis'],
  ['valkey', 'Redis'],
  ['mongo', 'MongoDB'],
  ['mongodb', 'MongoDB'],
  ['mssql', 'SQL Server'],
  ['oracle', 'Oracle'],
  ['etcd', 'etcd'],
  ['elasticsearch', 'Elasticsearch'],
  ['opensearch', 'Elasticsearch'],
  ['cassandra', 'Cassandra'],
  ['scylla', 'Cassandra'],
  ['kafka', 'Kafka'],
  ['rabbitmq', 'AMQP'],
  ['amqp', 'AMQP'],
  ['memcached', 'Memcached'],
  ['vault', 'Vault'],
  ['clickhouse', 'ClickHouse'],
  ['neo4j', 'Neo4j'],
  ['couchdb', 'CouchDB'],
  ['influxdb', 'InfluxDB'],
  ['cockroach', 'CockroachDB'],
];

/** A port at which a pod keeps data of this sort. */
export type Store = { readonly port: number; readonly name: string };

export const storePorts: readonly Store[] = ports.map(([port, name]) => ({ port, name }));

/** What is kept at a port, by its number or else by what it is called. */
export const storeAt = (port: number, called: string): Store | undefined =>
  storePorts.find((one) => one.port === port) ?? withPort(port, nameIn(called));

/** What an image keeps, at its usual port. */
export const storeOf = (image: string): Store | undefined => {
  const name = nameIn(image.split('/').at(-1)?.split(/[:@]/)[0] ?? '');
  return storePorts.find((one) => one.name === name);
};

const withPort = (port: number, name: string | undefined): Store | undefined =>
  name === undefined ? undefined : { port, name };

/** By whole words: an exporter beside a database keeps nothing. */
const nameIn = (text: string): string | undefined => {
  const parts = text.toLowerCase().split(/[^a-z0-9]+/);
  if (parts.some((part) => ['exporter', 'metrics', 'client', 'operator', 'ui', 'backup'].includes(part)))
    return undefined;
  return words.find(([word]) => parts.includes(word))?.[1];
};
