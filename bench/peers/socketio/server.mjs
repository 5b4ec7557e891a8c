// A chat room in Socket.IO: clients join it, and each message goes to all of them. Nothing is stored.
import { Server } from "socket.io";

const io = new Server(Number(process.argv[2]), { transports: ["websocket"], perMessageDeflate: false });

io.on("connection", (socket) => {
  let room;
  socket.on("join", async (name, joined) => {
    room = name;
    await socket.join(room);
    joined();
  });
  socket.on("message", (text) => io.to(room).emit("message", text));
});
