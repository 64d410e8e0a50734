/** The live page: asks for the overview again and again, as long as somebody looks. */
import { ask } from './ask.js';
import { offerProducts, openBasket } from './basket.js';
import { drawAway, drawOverview } from './draw.js';
import { drawGateway, openSwitch } from './gateway.js';
import { drawLatest } from './latest.js';
import { showOrder } from './order.js';

const LOOK_MS = 1_000;

void openBasket(showOrder).catch(drawAway);
openSwitch();
void look();
// The address names the order that is looked at, so that it can be passed on.
const linked = /^#order\/(.+)$/.exec(location.hash)?.[1];
if (linked !== undefined) void showOrder(decodeURIComponent(linked)).catch(() => undefined);

async function look() {
  if (!document.hidden) {
    try {
      const overview = await ask('/overview');
      drawOverview(overview);
      drawGateway(overview.gateway);
      await drawLatest(overview.latest, showOrder);
      await offerProducts();
    } catch {
      drawAway();
    }
  }
  setTimeout(look, LOOK_MS);
}
