import { openStorage } from '../../../src/storage/open.ts';

const [dataFolder = '', databaseUrl] = process.argv.slice(2);

const storage = await openStorage({ dataFolder, databaseUrl, mode: 'inline' });
const { storeId } = await storage.tables.server.read();
await storage.close();
console.log(storeId);
