// A short message centre of an operator, spoken by a library that nobody here wrote. What it does is chosen by the
// last two digits of the telephone; what it sees goes out as lines of JSON.
import smpp from "smpp";

let numbers = 0;
const slow = new Set();
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

function receipt(session, pdu, id, state) {
  session.deliver_sm({
    esm_class: 4,
    source_addr: pdu.destination_addr,
    destination_addr: pdu.source_addr,
    short_message: `id:${id} sub:001 dlvrd:001 submit date:2611241200 done date:2611241201 stat:${state} err:000 text:`,
  });
}

function taken(session, pdu) {
  const to = pdu.destination_addr;
  const { message, udh } = pdu.short_message;
  const octets = udh ? udh[0] : null;
  say({ to, from: pdu.source_addr, text: message, header: octets ? [...octets] : null });
  const id = `m${++numbers}`;
  const answer = () => session.send(pdu.response({ message_id: id }));
  const refuse = (status) => session.send(pdu.response({ command_status: status }));
  switch (to.slice(-2)) {
    case "89": // a receipt of what another had handed in
      answer();
      receipt(session, pdu, "of-another", "DELIVRD");
      return;
    case "91": // the receipt comes first
      receipt(session, pdu, id, "DELIVRD");
      setTimeout(answer, 300);
      return;
    case "92": // full, once
      if (slow.has(to)) break;
      slow.add(to);
      refuse(smpp.ESME_RTHROTTLED);
      return;
    case "93":
      refuse(smpp.ESME_RTHROTTLED);
      return;
    case "94": // no answer at all
      return;
    case "95":
      refuse(smpp.ESME_RINVDSTADR);
      return;
    case "96":
      answer();
      receipt(session, pdu, id, "UNDELIV");
      return;
    case "97":
      session.close();
      return;
    case "98": // its recipient writes back
      answer();
      session.deliver_sm({
        source_addr: to,
        destination_addr: pdu.source_addr,
        data_coding: 8,
        short_message: "同意",
      });
      return;
    default:
      break;
  }
  answer();
  receipt(session, pdu, id, "DELIVRD");
}

const server = smpp.createServer((session) => {
  session.on("bind_transceiver", (pdu) => {
    const known = pdu.system_id === "zjk" && pdu.password === "secret";
    say({ bind: pdu.system_id, known });
    if (known) {
      session.send(pdu.response());
    } else {
      session.send(pdu.response({ command_status: smpp.ESME_RINVPASWD }));
      session.close();
    }
  });
  session.on("submit_sm", (pdu) => taken(session, pdu));
  session.on("enquire_link", (pdu) => session.send(pdu.response()));
  session.on("unbind", (pdu) => {
    session.send(pdu.response());
    session.close();
  });
  session.on("error", () => {});
});
server.listen(0, "127.0.0.1", () => say({ port: server.address().port }));
process.stdin.on("end", () => process.exit(0)).resume();
